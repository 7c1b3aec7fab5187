#include "collector/contracts/exchange/cyclonedx_export.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/decimal.h"
#include "collector/contracts/exchange/enum_words.h"
#include "collector/contracts/exchange/licence_term.h"
#include "collector/contracts/quantity.h"
#include "collector/contracts/rational.h"

namespace rollcall::collector {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMoneyDecimals = 6;

// The words of CycloneDX for a metric or a kind of licence, at most two.
struct TypeWords {
  absl::string_view name;
  const char* first;
  const char* second = nullptr;
};

constexpr TypeWords kMetricTypes[] = {
    {"concurrent-user", "concurrent-user"},
    {"core", "core-points"},
    {"device", "device"},
    {"device-cal", "client-access", "device"},
    {"named-user", "named-user"},
    {"named-user-plus", "named-user"},
    {"processor", "processor-points"},
    {"pvu", "processor-points"},
    {"socket", "processor-points"},
    {"user-cal", "client-access", "user"},
};

// Licences that only go with another one are "other".
constexpr TypeWords kKindTypes[] = {
    {"", nullptr},
    {"perpetual", "perpetual"},
    {"perpetual-with-maintenance", "perpetual"},
    {"subscription", "subscription"},
    {"oem", "oem"},
    {"evaluation", "evaluation"},
};

void AddTypes(const TypeWords* begin, const TypeWords* end,
              absl::string_view name, const char* otherwise, Json& types) {
  const TypeWords* const found = std::find_if(
      begin, end, [&](const TypeWords& words) { return words.name == name; });
  if (found == end) {
    types.push_back(otherwise);
    return;
  }
  if (found->first != nullptr) types.push_back(found->first);
  if (found->second != nullptr) types.push_back(found->second);
}

std::string LicenceKindWord(const v1::Entitlement& line) {
  return EnumWord(*v1::Entitlement::LicenceKind_descriptor(), "LICENCE_KIND_",
                  line.licence_kind());
}

Json LicenseTypes(const v1::Entitlement& line) {
  Json types = Json::array();
  AddTypes(std::begin(kMetricTypes), std::end(kMetricTypes), line.metric(),
           "custom-metric", types);
  AddTypes(std::begin(kKindTypes), std::end(kKindTypes), LicenceKindWord(line),
           "other", types);
  return types;
}

Json Organization(absl::string_view name) {
  Json named = Json::object();
  named["name"] = std::string(name);
  Json party = Json::object();
  party["organization"] = std::move(named);
  return party;
}

// The start, in UTC, of the day so many days after `day`. Years beyond those of
// contracts are years, too.
void AddStart(const char* member, absl::string_view day, int days,
              Json& object) {
  const auto date = CivilDate::Parse(day);
  if (!date.ok()) return;
  object[member] = absl::StrCat(absl::FormatCivilTime(date->civil_day() + days),
                                "T00:00:00Z");
}

Json Licensing(const v1::Entitlement& line) {
  Json licensing = Json::object();
  if (!line.source_line_id().empty()) {
    licensing["altIds"] = Json::array({line.source_line_id()});
  }
  if (!line.publisher().empty()) {
    licensing["licensor"] = Organization(line.publisher());
  }
  if (line.has_organisation_unit()) {
    licensing["licensee"] = Organization(line.organisation_unit());
  }
  if (line.has_purchase_order()) {
    licensing["purchaseOrder"] = line.purchase_order();
  }
  licensing["licenseTypes"] = LicenseTypes(line);
  AddStart("lastRenewal", line.start_date(), 0, licensing);
  if (line.has_end_date()) {
    AddStart("expiration", line.end_date(), 1, licensing);
  }
  return licensing;
}

// A number as an import takes it: one that could have its thousands separated
// has a zero more.
std::string Clear(std::string number) {
  constexpr size_t kThousands = 3;
  const size_t point = std::min(number.find('.'), number.size());
  const bool may_be_thousands = point <= kThousands &&
                                number.size() == point + 1 + kThousands &&
                                number[0] != '0';
  if (may_be_thousands) number.push_back('0');
  return number;
}

std::string RationalText(const v1::Rational& rational) {
  const auto value = Rational::FromProto(rational);
  return value.ok() ? Clear(value->ToString()) : std::string();
}

std::string QuantityText(const v1::Quantity& proto) {
  const auto quantity = Quantity::FromProto(proto);
  return quantity.ok() ? Clear(quantity->ToString()) : std::string();
}

std::string AmountText(const v1::Money& money) {
  return Clear(DecimalToString(money.micros(), kMoneyDecimals));
}

// The properties of a line, in a fixed order.
class Properties {
 public:
  explicit Properties(const v1::Entitlement& line) {
    AddNames(line);
    AddAmounts(line);
    AddRest(line);
    AddRightsAndTags(line);
    AddIds(line);
  }

  Json Take() { return std::move(list_); }

 private:
  // Nothing where it is empty.
  void Add(absl::string_view name, std::string value) {
    if (value.empty()) return;
    Json property = Json::object();
    property["name"] = absl::StrCat(kCycloneDxPrefix, name);
    property["value"] = std::move(value);
    list_.push_back(std::move(property));
  }

  void AddNames(const v1::Entitlement& line) {
    Add("contract_number", line.contract_number());
    Add("line", line.line());
    Add("edition", line.edition());
    Add("start_date", line.start_date());
    if (!line.has_end_date() && EndsByItsKind(line)) {
      Add("end_date", std::string(kNeverEnds));
    }
    Add("end_date", line.end_date());
    Add("organisation_unit", line.organisation_unit());
  }

  void AddAmounts(const v1::Entitlement& line) {
    Add("metric", line.metric());
    if (line.has_quantity()) Add("quantity", QuantityText(line.quantity()));
    if (line.has_pack_count()) {
      Add("pack_count", RationalText(line.pack_count()));
    }
    if (line.has_pack_size()) Add("pack_size", RationalText(line.pack_size()));
    if (line.has_unit_price()) {
      Add("unit_price", AmountText(line.unit_price()));
      Add("currency", line.unit_price().currency());
    } else if (line.has_pack_price()) {
      Add("pack_price", AmountText(line.pack_price()));
      Add("currency", line.pack_price().currency());
    }
  }

  void AddRest(const v1::Entitlement& line) {
    Add("part_number", line.part_number());
    Add("licence_kind", LicenceKindWord(line));
    Add("maintenance_end_date", line.maintenance_end_date());
    Add("region", line.region());
    Add("cost_centre", line.cost_centre());
    Add("notes", line.notes());
    Add("source_line_id", line.source_line_id());
  }

  void AddRightsAndTags(const v1::Entitlement& line) {
    for (const v1::UseRight& right : line.use_rights()) {
      const std::string word =
          EnumWord(*v1::UseRight::Kind_descriptor(), "KIND_", right.kind());
      Add(absl::StrCat("use_right_", absl::StrReplaceAll(word, {{"-", "_"}})),
          right.permitted() ? "permitted" : "forbidden");
    }
    for (const v1::Tag& tag : line.tags()) {
      Add(absl::StrCat("tag:", tag.name()), tag.value());
    }
  }

  void AddIds(const v1::Entitlement& line) {
    Add("entitlement_id", line.entitlement_id());
    Add("contract_id", line.contract_id());
    Add("vendor_id", line.vendor_id());
    Add("purchase_order_id", line.purchase_order_id());
    Add("base_entitlement_id", line.base_entitlement_id());
    Add("amendment_number", line.amendment_number());
    Add("source", line.source());
    Add("effective_date", line.effective_date());
  }

  Json list_ = Json::array();
};

Json Licenses(const v1::Entitlement& line) {
  Json license = Json::object();
  license["name"] = line.contract_number();
  license["licensing"] = Licensing(line);
  Json choice = Json::object();
  choice["license"] = std::move(license);
  Json list = Json::array();
  list.push_back(std::move(choice));
  return list;
}

}  // namespace

std::string CycloneDxComponent(const v1::Entitlement& line) {
  Json component = Json::object();
  component["type"] = "application";
  component["bom-ref"] = line.entitlement_id();
  if (!line.vendor().empty()) {
    Json supplier = Json::object();
    supplier["name"] = line.vendor();
    component["supplier"] = std::move(supplier);
  }
  if (!line.publisher().empty()) component["publisher"] = line.publisher();
  component["name"] = line.product();
  if (line.has_version()) component["version"] = line.version();
  component["licenses"] = Licenses(line);
  component["properties"] = Properties(line).Take();
  // Texts of the store are UTF-8; one that is not must not throw.
  return component.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace rollcall::collector
