#include "collector/cli/views/contract_view.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "collector/cli/views/moment_line.h"

namespace rollcall::cli {
namespace {

using v1::Entitlement;

// Of a unit, or of a pack where that is what the order states.
std::string Price(const Entitlement& e) {
  if (e.has_unit_price()) return MoneyText(e.unit_price());
  return e.has_pack_price() ? MoneyText(e.pack_price()) + " a pack" : "";
}

std::string Micros(bool is_set, const v1::Money& money) {
  return is_set ? MicrosText(money.micros()) : "";
}

std::string Number(bool is_set, const v1::Rational& number) {
  return is_set ? RationalText(number) : "";
}

constexpr Column<Entitlement> kEntitlementColumns[] = {
    {nullptr, "entitlement_id", Align::kLeft,
     [](const Entitlement& e) { return e.entitlement_id(); }},
    {"CONTRACT", "contract_number", Align::kKey,
     [](const Entitlement& e) { return e.contract_number(); }},
    {"ORDER", "purchase_order", Align::kKey,
     [](const Entitlement& e) { return e.purchase_order(); }},
    {"LINE", "line", Align::kKey,
     [](const Entitlement& e) { return e.line(); }},
    {nullptr, "vendor", Align::kLeft,
     [](const Entitlement& e) { return e.vendor(); }},
    {"PUBLISHER", "publisher", Align::kLeft,
     [](const Entitlement& e) { return e.publisher(); }},
    {"PRODUCT", "product", Align::kLeft,
     [](const Entitlement& e) { return e.product(); }},
    {"VERSION", "version", Align::kLeft,
     [](const Entitlement& e) { return e.version(); }},
    {"EDITION", "edition", Align::kLeft,
     [](const Entitlement& e) { return e.edition(); }},
    {"KIND", nullptr, Align::kKey,
     [](const Entitlement& e) { return EnumWord(e.licence_kind()); }},
    {"METRIC", "metric", Align::kLeft,
     [](const Entitlement& e) { return e.metric(); }},
    {"QUANTITY", "quantity", Align::kRight,
     [](const Entitlement& e) { return QuantityText(e.quantity()); }},
    {"FROM", "start_date", Align::kKey,
     [](const Entitlement& e) { return e.start_date(); }},
    {"TO", "end_date", Align::kKey,
     [](const Entitlement& e) { return e.end_date(); }},
    {"UNIT PRICE", nullptr, Align::kRight, Price},
    {nullptr, "unit_price", Align::kRight,
     [](const Entitlement& e) {
       return Micros(e.has_unit_price(), e.unit_price());
     }},
    {nullptr, "currency", Align::kLeft,
     [](const Entitlement& e) {
       return e.has_unit_price() ? e.unit_price().currency()
                                 : e.pack_price().currency();
     }},
    {nullptr, "organisation_unit", Align::kLeft,
     [](const Entitlement& e) { return e.organisation_unit(); }},
    {nullptr, "change_set_id", Align::kLeft,
     [](const Entitlement& e) { return e.change_set_id(); }},
    {nullptr, "known_time", Align::kLeft,
     [](const Entitlement& e) { return ExactTimeText(e.known_time()); }},
    {nullptr, "licence_kind", Align::kLeft,
     [](const Entitlement& e) { return EnumWord(e.licence_kind()); }},
    {nullptr, "base_entitlement_id", Align::kLeft,
     [](const Entitlement& e) { return e.base_entitlement_id(); }},
    {nullptr, "pack_count", Align::kRight,
     [](const Entitlement& e) {
       return Number(e.has_pack_count(), e.pack_count());
     }},
    {nullptr, "pack_size", Align::kRight,
     [](const Entitlement& e) {
       return Number(e.has_pack_size(), e.pack_size());
     }},
    {nullptr, "pack_price", Align::kRight,
     [](const Entitlement& e) {
       return Micros(e.has_pack_price(), e.pack_price());
     }},
    {nullptr, "region", Align::kLeft,
     [](const Entitlement& e) { return e.region(); }},
    {nullptr, "part_number", Align::kLeft,
     [](const Entitlement& e) { return e.part_number(); }},
    {nullptr, "maintenance_end_date", Align::kLeft,
     [](const Entitlement& e) { return e.maintenance_end_date(); }},
};

struct BadPlace {
  const v1::QuarantinedLine* line;
  const v1::ImportError* error;
};

std::string StateOf(const v1::QuarantinedLine& line) {
  switch (line.state()) {
    case v1::QuarantinedLine::STATE_REPAIRED:
      return "repaired";
    case v1::QuarantinedLine::STATE_DISCARDED:
      return "discarded";
    case v1::QuarantinedLine::STATE_OPEN:
      return "open";
    default:
      return "";
  }
}

// What became of the line, and what was wrong with it.
std::string Wrong(const v1::QuarantinedLine& line,
                  const v1::ImportError& error) {
  switch (line.state()) {
    case v1::QuarantinedLine::STATE_REPAIRED:
      return absl::StrCat("repaired by ", line.settled_by(), ": ",
                          error.reason());
    case v1::QuarantinedLine::STATE_DISCARDED:
      return absl::StrCat("discarded by ", line.settled_by(), " (",
                          line.reason(), "): ", error.reason());
    default:
      return error.reason();
  }
}

constexpr Column<BadPlace> kQuarantineColumns[] = {
    {"CHANGE-SET", "change_set_id", Align::kKey,
     [](const BadPlace& b) { return b.line->change_set_id(); }},
    {"LINE", "line", Align::kRight,
     [](const BadPlace& b) { return absl::StrCat(b.line->line()); }},
    {"COLUMN", "column", Align::kLeft,
     [](const BadPlace& b) { return b.error->column(); }},
    {"VALUE", "value", Align::kLeft,
     [](const BadPlace& b) { return b.error->value(); }},
    {nullptr, "content", Align::kLeft,
     [](const BadPlace& b) { return b.line->content(); }},
    {"WHAT IS WRONG", nullptr, Align::kWrap,
     [](const BadPlace& b) { return Wrong(*b.line, *b.error); }},
    {nullptr, "reason", Align::kLeft,
     [](const BadPlace& b) { return b.error->reason(); }},
    {nullptr, "mapping", Align::kLeft,
     [](const BadPlace& b) { return b.line->mapping(); }},
    {nullptr, "state", Align::kLeft,
     [](const BadPlace& b) { return StateOf(*b.line); }},
    {nullptr, "repaired_by_change_set_id", Align::kLeft,
     [](const BadPlace& b) { return b.line->repaired_by_change_set_id(); }},
    {nullptr, "settled_by", Align::kLeft,
     [](const BadPlace& b) { return b.line->settled_by(); }},
    {nullptr, "settled_reason", Align::kLeft,
     [](const BadPlace& b) { return b.line->reason(); }},
};

std::vector<BadPlace> BadPlaces(
    const v1::ListQuarantinedLinesResponse& response) {
  std::vector<BadPlace> places;
  for (const v1::QuarantinedLine& line : response.lines()) {
    for (const v1::ImportError& error : line.errors()) {
      places.push_back({&line, &error});
    }
    if (line.errors().empty()) {
      places.push_back({&line, &v1::ImportError::default_instance()});
    }
  }
  return places;
}

// A number as an import takes it: one that could have its thousands separated
// has a zero more.
std::string ClearNumber(std::string number) {
  const size_t point = number.find('.');
  const bool may_be_thousands =
      point <= 3 && number.size() - point == 4 && number[0] != '0';
  if (may_be_thousands) number.push_back('0');
  return number;
}

// The columns of the file that is imported without a mapping.
constexpr Column<Entitlement> kFileColumns[] = {
    {nullptr, "contract_number", Align::kLeft,
     [](const Entitlement& e) { return e.contract_number(); }},
    {nullptr, "vendor", Align::kLeft,
     [](const Entitlement& e) { return e.vendor(); }},
    {nullptr, "publisher", Align::kLeft,
     [](const Entitlement& e) { return e.publisher(); }},
    {nullptr, "product", Align::kLeft,
     [](const Entitlement& e) { return e.product(); }},
    {nullptr, "version", Align::kLeft,
     [](const Entitlement& e) { return e.version(); }},
    {nullptr, "edition", Align::kLeft,
     [](const Entitlement& e) { return e.edition(); }},
    {nullptr, "metric", Align::kLeft,
     [](const Entitlement& e) { return e.metric(); }},
    {nullptr, "quantity", Align::kRight,
     [](const Entitlement& e) {
       return ClearNumber(QuantityText(e.quantity()));
     }},
    {nullptr, "start_date", Align::kLeft,
     [](const Entitlement& e) { return e.start_date(); }},
    {nullptr, "end_date", Align::kLeft,
     [](const Entitlement& e) { return e.end_date(); }},
    {nullptr, "unit_price", Align::kRight,
     [](const Entitlement& e) {
       return e.has_unit_price()
                  ? ClearNumber(MicrosText(e.unit_price().micros()))
                  : "";
     }},
    {nullptr, "currency", Align::kLeft,
     [](const Entitlement& e) { return e.unit_price().currency(); }},
    {nullptr, "purchase_order", Align::kLeft,
     [](const Entitlement& e) { return e.purchase_order(); }},
    {nullptr, "line", Align::kLeft,
     [](const Entitlement& e) { return e.line(); }},
    {nullptr, "organisation_unit", Align::kLeft,
     [](const Entitlement& e) { return e.organisation_unit(); }},
};

// Whether a field is in those columns, or is what the collector itself says of
// each line.
bool IsInFile(absl::string_view field) {
  constexpr absl::string_view kOwn[] = {
      "entitlement_id", "vendor_id",  "contract_id", "purchase_order_id",
      "change_set_id",  "known_time", "source_line", "unit_price"};
  return std::find(std::begin(kOwn), std::end(kOwn), field) != std::end(kOwn) ||
         std::any_of(std::begin(kFileColumns), std::end(kFileColumns),
                     [&](const auto& column) { return field == column.name; });
}

bool SaysMoreThanFile(const Entitlement& line) {
  if (absl::StrContains(QuantityText(line.quantity()), "/")) return true;
  std::vector<const google::protobuf::FieldDescriptor*> set;
  line.GetReflection()->ListFields(line, &set);
  return std::any_of(set.begin(), set.end(), [](const auto* field) {
    return !IsInFile(field->name());
  });
}

}  // namespace

std::string EntitlementsTable(const v1::ListEntitlementsResponse& response,
                              int width) {
  if (response.entitlements().empty()) return "";
  return MomentLine("Lines", response) + EntitlementRows(response, width);
}

std::string EntitlementRows(const v1::ListEntitlementsResponse& response,
                            int width) {
  return RenderTable(WithoutEmptyColumns(
                         ToTable(kEntitlementColumns, response.entitlements())),
                     width);
}

std::string EntitlementFileCsv(const v1::ListEntitlementsResponse& response) {
  return ToCsv(kFileColumns, response.entitlements());
}

int CountWiderLines(const v1::ListEntitlementsResponse& response) {
  return static_cast<int>(std::count_if(response.entitlements().begin(),
                                        response.entitlements().end(),
                                        SaysMoreThanFile));
}

std::string EntitlementsCsv(const v1::ListEntitlementsResponse& response) {
  return ToCsv(kEntitlementColumns, response.entitlements(),
               MomentColumns(response));
}

std::string QuarantineTable(const v1::ListQuarantinedLinesResponse& response,
                            int width) {
  if (response.lines().empty()) return "";
  return RenderTable(ToTable(kQuarantineColumns, BadPlaces(response)), width);
}

std::string QuarantineCsv(const v1::ListQuarantinedLinesResponse& response) {
  return ToCsv(kQuarantineColumns, BadPlaces(response));
}

}  // namespace rollcall::cli
