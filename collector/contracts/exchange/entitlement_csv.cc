#include "collector/contracts/exchange/entitlement_csv.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/exchange/enum_words.h"
#include "collector/contracts/money.h"
#include "collector/contracts/objects/shared_checks.h"
#include "collector/contracts/quantity.h"
#include "collector/contracts/rational.h"
#include "collector/csv/csv_cell.h"
#include "collector/csv/csv_reader.h"
#include "common/hash.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

// The places of the columns in kColumns.
enum Column : size_t {
  kContractNumber,
  kVendor,
  kPublisher,
  kProduct,
  kVersion,
  kEdition,
  kMetric,
  kQuantity,
  kStartDate,
  kEndDate,
  kUnitPrice,
  kCurrency,
  kPurchaseOrder,
  kLine,
  kOrganisationUnit,
  // Those that only mappings fill.
  kPartNumber,
  kLicenceKind,
  kPackCount,
  kPackSize,
  kPackPrice,
  kMaintenanceEndDate,
  kRegion,
  kCostCentre,
  kNotes,
  kSourceLineId,
  kFirstUseRight,
};

constexpr CsvColumn kColumns[] = {{"contract_number", true},
                                  {"vendor", true},
                                  {"publisher", true},
                                  {"product", true},
                                  {"version", false},
                                  {"edition", false},
                                  {"metric", true},
                                  {"quantity", true},
                                  {"start_date", true, "start"},
                                  {"end_date", false, "end"},
                                  {"unit_price", false},
                                  {"currency", false},
                                  {"purchase_order", false},
                                  {"line", true},
                                  {"organisation_unit", false}};

// In the order of Column. A quantity may follow from packs.
constexpr TargetField kFields[] = {
    {"contract_number", FieldType::kText, true},
    {"vendor", FieldType::kText, true},
    {"publisher", FieldType::kText, true},
    {"product", FieldType::kText, true},
    {"version", FieldType::kText, false},
    {"edition", FieldType::kText, false},
    {"metric", FieldType::kWord, true},
    {"quantity", FieldType::kQuantity, false},
    {"start_date", FieldType::kDay, true},
    {"end_date", FieldType::kLastDay, false},
    {"unit_price", FieldType::kPrice, false},
    {"currency", FieldType::kText, false},
    {"purchase_order", FieldType::kText, false},
    {"line", FieldType::kText, true},
    {"organisation_unit", FieldType::kText, false},
    {"part_number", FieldType::kText, false},
    {"licence_kind", FieldType::kWord, false},
    {"pack_count", FieldType::kNumber, false},
    {"pack_size", FieldType::kNumber, false},
    {"pack_price", FieldType::kPrice, false},
    {"maintenance_end_date", FieldType::kLastDay, false},
    {"region", FieldType::kText, false},
    {"cost_centre", FieldType::kText, false},
    {"notes", FieldType::kNotes, false},
    {"source_line_id", FieldType::kText, false},
    // "permitted" or "forbidden".
    {"use_right_virtualization", FieldType::kWord, false},
    {"use_right_mobility", FieldType::kWord, false},
    {"use_right_downgrade", FieldType::kWord, false},
    {"use_right_upgrade", FieldType::kWord, false},
    {"use_right_second_use", FieldType::kWord, false},
    {"use_right_development_and_test", FieldType::kWord, false},
    {"use_right_disaster_recovery", FieldType::kWord, false},
    {"use_right_cloud", FieldType::kWord, false},
    {"use_right_remote", FieldType::kWord, false},
    {"use_right_cross_platform", FieldType::kWord, false},
    {"use_right_cross_edition", FieldType::kWord, false},
    {"use_right_copies", FieldType::kWord, false},
    {"use_right_affiliates", FieldType::kWord, false}};

constexpr absl::string_view kLicenceKindPrefix = "LICENCE_KIND_";
constexpr absl::string_view kUseRightPrefix = "KIND_";
constexpr absl::string_view kUseRightField = "use_right_";

// Reads one record.
class LineReader {
 public:
  // `mapped`: the record has the cells of kFields, then those of tags; else
  // those of kColumns.
  LineReader(const CsvRecord& record, absl::Span<const std::string> metrics,
             const LineContext* mapped = nullptr)
      : record_(record), cells_(record), metrics_(metrics) {
    entitlement_.set_source_line(record.line);
    if (!cells_.errors().empty()) return;
    ReadNames();
    ReadMetric();
    if (mapped == nullptr) {
      ReadQuantity();
      ReadTerm();
      ReadPrice();
    } else {
      ReadPacks();
      ReadTerm();
      ReadPrices();
      ReadMore();
      ReadUseRights();
      ReadTags(*mapped);
      entitlement_.set_source(std::string(mapped->source));
    }
    if (!Identifies()) return;
    entitlement_.set_entitlement_id(
        ComputeEntitlementId(entitlement_.contract_number(),
                             entitlement_.purchase_order(), entitlement_.line())
            .ToHex());
  }

  v1::Entitlement& entitlement() { return entitlement_; }
  std::vector<v1::ImportError> TakeErrors() {
    std::vector<v1::ImportError> errors = cells_.TakeErrors();
    std::stable_sort(errors.begin(), errors.end(),
                     [](const auto& a, const auto& b) {
                       return a.column_number() < b.column_number();
                     });
    KeepFirstErrors(errors);
    return errors;
  }

 private:
  // Whether all that names the line was read without an error.
  bool Identifies() const {
    const auto is_name = [this](const v1::ImportError& error) {
      const auto is = [&](Column column) {
        return error.column() == record_.columns[column].Label();
      };
      return is(kContractNumber) || is(kPurchaseOrder) || is(kLine);
    };
    return std::none_of(cells_.errors().begin(), cells_.errors().end(),
                        is_name);
  }

  void ReadNames() {
    entitlement_.set_contract_number(
        cells_.RequiredText(kContractNumber, kMaxNumberBytes));
    entitlement_.set_vendor(cells_.RequiredText(kVendor, kMaxNameBytes));
    entitlement_.set_publisher(cells_.RequiredText(kPublisher, kMaxNameBytes));
    entitlement_.set_product(cells_.RequiredText(kProduct, kMaxNameBytes));
    entitlement_.set_line(cells_.RequiredText(kLine, kMaxNumberBytes));
    if (auto text = Restriction(kVersion, kMaxNumberBytes)) {
      entitlement_.set_version(*std::move(text));
    }
    if (auto text = Restriction(kEdition, kMaxNameBytes)) {
      entitlement_.set_edition(*std::move(text));
    }
    if (auto text = cells_.Text(kPurchaseOrder, kMaxNumberBytes)) {
      entitlement_.set_purchase_order(*std::move(text));
    }
    if (auto text = cells_.Text(kOrganisationUnit, kMaxNameBytes)) {
      entitlement_.set_organisation_unit(*std::move(text));
    }
  }

  // A text that restricts what the line is for. Fillers and patterns would
  // restrict it to what nothing is called.
  std::optional<std::string> Restriction(Column column, size_t max_bytes) {
    std::optional<std::string> text = cells_.Text(column, max_bytes);
    if (!text.has_value()) return text;
    const std::string lower = absl::AsciiStrToLower(*text);
    for (const absl::string_view filler :
         {"any", "all", "none", "n/a", "na", "null", "?"}) {
      if (lower == filler) {
        cells_.AddError(column, "leave it empty for a right to any");
        return std::nullopt;
      }
    }
    if (absl::EndsWith(lower, ".x") ||
        lower.find_first_of("*<>") != std::string::npos ||
        lower.find_first_of("~^") == 0) {
      cells_.AddError(
          column,
          "write no pattern: \"15\" is for every 15.x, and an empty "
          "cell for any");
      return std::nullopt;
    }
    return text;
  }

  void ReadMetric() {
    if (!cells_.Require(kMetric)) return;
    const std::string name = absl::AsciiStrToLower(cells_.Raw(kMetric));
    if (std::find(metrics_.begin(), metrics_.end(), name) == metrics_.end()) {
      cells_.AddError(kMetric,
                      absl::StrCat("the metric is unknown; the metrics are ",
                                   absl::StrJoin(metrics_, ", ")));
      return;
    }
    entitlement_.set_metric(name);
  }

  void ReadQuantity() {
    if (!cells_.Require(kQuantity)) return;
    const auto quantity = Quantity::Parse(cells_.Raw(kQuantity));
    if (!quantity.ok()) {
      cells_.AddError(kQuantity,
                      absl::StrCat(quantity.status().message(),
                                   "; a right without limit is \"unlimited\""));
    } else if (*quantity == Quantity()) {
      cells_.AddError(kQuantity, "the quantity must be more than 0");
    } else {
      *entitlement_.mutable_quantity() = quantity->ToProto();
    }
  }

  std::optional<CivilDate> ReadDate(Column column) {
    if (cells_.Raw(column).empty()) return std::nullopt;
    const auto date = CivilDate::Parse(cells_.Raw(column));
    if (date.ok()) return *date;
    cells_.AddError(column,
                    absl::StrCat(date.status().message(),
                                 column == kEndDate
                                     ? "; leave it empty for a perpetual right"
                                     : ""));
    return std::nullopt;
  }

  // Numbers that count packs; nothing, with an error noted unless it is empty.
  std::optional<Rational> ReadCount(Column column) {
    if (cells_.Raw(column).empty()) return std::nullopt;
    const auto count = Rational::ParseDecimal(cells_.Raw(column));
    if (!count.ok() || count->IsZero()) {
      cells_.AddError(column, count.ok() ? "it must be more than 0"
                                         : count.status().message());
      return std::nullopt;
    }
    return *count;
  }

  // The quantity, which packs may say, too: then both must say the same.
  void ReadPacks() {
    const auto count = ReadCount(kPackCount);
    const auto size = ReadCount(kPackSize);
    const bool has_quantity = !cells_.Raw(kQuantity).empty();
    if (cells_.Raw(kPackCount).empty() || (has_quantity && !size.has_value())) {
      ReadQuantity();
      return;
    }
    if (!size.has_value() && cells_.Raw(kPackSize).empty()) {
      cells_.AddError(kPackSize, "packs need a number of units for each");
    }
    if (has_quantity) ReadQuantity();
    if (!count.has_value() || !size.has_value()) return;
    if (entitlement_.quantity().unlimited()) return;
    const auto product = Multiply(*count, *size);
    if (!product.ok()) {
      cells_.AddError(kPackCount, product.status().message());
      return;
    }
    const v1::Quantity quantity = Quantity::Of(*product).ToProto();
    if (has_quantity && entitlement_.has_quantity() &&
        *Quantity::FromProto(entitlement_.quantity()) !=
            Quantity::Of(*product)) {
      cells_.AddError(
          kQuantity,
          absl::StrCat("it is not the number of packs times the units of a "
                       "pack, ",
                       product->ToString()));
      return;
    }
    *entitlement_.mutable_quantity() = quantity;
    *entitlement_.mutable_pack_count() = count->ToProto();
    *entitlement_.mutable_pack_size() = size->ToProto();
  }

  // A price of one unit or one of a pack, in the line's currency. A currency
  // without a price says nothing.
  void ReadPrices() {
    const bool has_unit = !cells_.Raw(kUnitPrice).empty();
    const bool has_pack = !cells_.Raw(kPackPrice).empty();
    if (!has_unit && !has_pack) return;
    if (has_unit && has_pack) {
      cells_.AddError(kPackPrice,
                      "a price for each unit is given, too; one is meant");
      return;
    }
    if (has_pack && cells_.Raw(kPackCount).empty()) {
      cells_.AddError(kPackPrice, "a price for each pack needs packs");
      return;
    }
    const Column column = has_unit ? kUnitPrice : kPackPrice;
    if (!cells_.Require(kCurrency)) return;
    const auto micros = ParseMicros(cells_.Raw(column));
    if (!micros.ok()) cells_.AddError(column, micros.status().message());
    const auto currency = ParseCurrency(cells_.Raw(kCurrency));
    if (!currency.ok()) cells_.AddError(kCurrency, currency.status().message());
    if (!micros.ok() || !currency.ok()) return;
    *(has_unit ? entitlement_.mutable_unit_price()
               : entitlement_.mutable_pack_price()) =
        Money{*micros, *currency}.ToProto();
  }

  void ReadMore() {
    if (auto text = cells_.Text(kPartNumber, kMaxNumberBytes)) {
      entitlement_.set_part_number(*std::move(text));
    }
    if (auto text = cells_.Text(kRegion, kMaxNameBytes)) {
      entitlement_.set_region(*std::move(text));
    }
    if (auto text = cells_.Text(kCostCentre, kMaxNameBytes)) {
      entitlement_.set_cost_centre(*std::move(text));
    }
    if (auto text = cells_.Notes(kNotes, kMaxNotesBytes)) {
      entitlement_.set_notes(*std::move(text));
    }
    if (auto text = cells_.Text(kSourceLineId, kMaxNameBytes)) {
      entitlement_.set_source_line_id(*std::move(text));
    }
    if (const auto day = ReadDate(kMaintenanceEndDate)) {
      entitlement_.set_maintenance_end_date(day->ToString());
    }
    const absl::string_view kind = cells_.Raw(kLicenceKind);
    if (kind.empty()) return;
    const auto& kinds = *v1::Entitlement::LicenceKind_descriptor();
    const auto number = FindEnumWord(kinds, kLicenceKindPrefix, kind);
    if (!number.has_value()) {
      cells_.AddError(kLicenceKind,
                      absl::StrCat("the kind of licence is unknown; the kinds "
                                   "are ",
                                   EnumWords(kinds, kLicenceKindPrefix)));
      return;
    }
    entitlement_.set_licence_kind(
        static_cast<v1::Entitlement::LicenceKind>(*number));
  }

  void ReadUseRights() {
    for (size_t i = kFirstUseRight; i < std::size(kFields); ++i) {
      const absl::string_view said = cells_.Raw(i);
      if (said.empty()) continue;
      const bool permitted = absl::EqualsIgnoreCase(said, "permitted");
      if (!permitted && !absl::EqualsIgnoreCase(said, "forbidden")) {
        cells_.AddError(i, "it must be \"permitted\" or \"forbidden\"");
        continue;
      }
      v1::UseRight& right = *entitlement_.add_use_rights();
      right.set_kind(static_cast<v1::UseRight::Kind>(
          *FindEnumWord(*v1::UseRight::Kind_descriptor(), kUseRightPrefix,
                        absl::StripPrefix(kFields[i].name, kUseRightField))));
      right.set_permitted(permitted);
    }
  }

  void ReadTags(const LineContext& context) {
    for (size_t i = 0; i < context.tags.size(); ++i) {
      auto value = cells_.Text(std::size(kFields) + i, kMaxPersonBytes);
      if (!value.has_value()) continue;
      v1::Tag& tag = *entitlement_.add_tags();
      tag.set_name(context.tags[i]);
      tag.set_value(*std::move(value));
    }
  }

  void ReadTerm() {
    cells_.Require(kStartDate);
    const auto start = ReadDate(kStartDate);
    const auto end = ReadDate(kEndDate);
    if (start.has_value()) entitlement_.set_start_date(start->ToString());
    if (end.has_value()) entitlement_.set_end_date(end->ToString());
    if (start.has_value() && end.has_value() && *end < *start) {
      cells_.AddError(kEndDate,
                      absl::StrCat("the end must not be before the start, ",
                                   start->ToString(),
                                   "; leave it empty for a perpetual right"));
    }
  }

  void ReadPrice() {
    const bool has_price = !cells_.Raw(kUnitPrice).empty();
    const bool has_currency = !cells_.Raw(kCurrency).empty();
    if (has_price && !has_currency) {
      cells_.AddError(kCurrency, "a price needs a currency");
    }
    if (has_currency && !has_price) {
      cells_.AddError(kUnitPrice, "a currency needs a price");
    }
    Money money;
    if (has_price) {
      const auto micros = ParseMicros(cells_.Raw(kUnitPrice));
      if (!micros.ok()) cells_.AddError(kUnitPrice, micros.status().message());
      money.micros = micros.value_or(0);
    }
    if (has_currency) {
      const auto currency = ParseCurrency(cells_.Raw(kCurrency));
      if (!currency.ok()) {
        cells_.AddError(kCurrency, currency.status().message());
      }
      money.currency = currency.value_or("");
    }
    if (has_price && has_currency) {
      *entitlement_.mutable_unit_price() = money.ToProto();
    }
  }

  const CsvRecord& record_;
  CellReader cells_;
  const absl::Span<const std::string> metrics_;
  v1::Entitlement entitlement_;
};

v1::ImportError DuplicateError(int line, int other,
                               const v1::Entitlement& entitlement) {
  v1::ImportError error;
  error.set_line(line);
  error.set_value(ImportErrorValue(
      absl::StrCat(entitlement.contract_number(), " / ",
                   entitlement.purchase_order(), " / ", entitlement.line())));
  error.set_reason(
      absl::StrCat("line ", other,
                   " has the same contract number, purchase order and line; "
                   "each line of a purchase may stand in the file once"));
  return error;
}

// A line and its text, until all lines are known.
struct Candidate {
  const v1::Entitlement& line() const { return object.entitlement(); }

  v1::ContractObject object;
  absl::string_view raw;
  std::vector<v1::ImportError> errors;
};

// Notes an error on each line whose id another line has as well. A line that is
// bad for another reason counts: which of the two holds is unknown.
void MarkDuplicates(std::vector<Candidate>& candidates) {
  absl::flat_hash_map<absl::string_view, size_t> first;
  for (size_t i = 0; i < candidates.size(); ++i) {
    Candidate& later = candidates[i];
    if (later.line().entitlement_id().empty()) continue;
    const auto [at, is_new] =
        first.try_emplace(later.line().entitlement_id(), i);
    if (is_new) continue;
    Candidate& earlier = candidates[at->second];
    if (earlier.errors.empty()) {
      earlier.errors.push_back(DuplicateError(earlier.line().source_line(),
                                              later.line().source_line(),
                                              earlier.line()));
    }
    later.errors.push_back(DuplicateError(later.line().source_line(),
                                          earlier.line().source_line(),
                                          later.line()));
  }
}

}  // namespace

ImportedFile ReadEntitlementCsv(absl::string_view content,
                                absl::Span<const std::string> metrics) {
  std::vector<Candidate> candidates;
  CsvOutcome outcome = ReadCsv(content, kColumns, [&](const CsvRecord& record) {
    LineReader line(record, metrics);
    Candidate& candidate = candidates.emplace_back();
    *candidate.object.mutable_entitlement() = std::move(line.entitlement());
    candidate.raw = record.raw;
    candidate.errors = line.TakeErrors();
  });
  ImportedFile file;
  file.file_errors = std::move(outcome.file_errors);
  if (!file.file_errors.empty()) return file;
  for (const CsvColumn& column : kColumns) {
    file.stated_fields.emplace_back(column.name);
  }
  file.line_count = outcome.record_count;
  MarkDuplicates(candidates);
  file.good.reserve(candidates.size());
  file.good_line.reserve(candidates.size());
  file.good_text.reserve(candidates.size());
  for (Candidate& candidate : candidates) {
    const int line = candidate.line().source_line();
    file.Add({std::move(candidate.object), {}, std::move(candidate.errors)},
             line, candidate.raw);
  }
  return file;
}

absl::Span<const CsvColumn> OwnEntitlementColumns() { return kColumns; }

absl::Span<const TargetField> EntitlementFields() { return kFields; }

ReadLine ReadEntitlementLine(const CsvRecord& record,
                             const LineContext& context) {
  LineReader reader(record, context.metrics, &context);
  ReadLine line;
  line.errors = reader.TakeErrors();
  v1::Entitlement& entitlement = reader.entitlement();
  if (!entitlement.entitlement_id().empty()) {
    line.keys.push_back(entitlement.entitlement_id());
  }
  if (!entitlement.source_line_id().empty()) {
    line.keys.push_back(absl::StrCat(
        "source line ", absl::AsciiStrToLower(entitlement.source_line_id())));
  }
  *line.object.mutable_entitlement() = std::move(entitlement);
  return line;
}

EntitlementId ComputeEntitlementId(absl::string_view contract_number,
                                   absl::string_view purchase_order,
                                   absl::string_view line) {
  return Sha256()
      .UpdateSized(absl::AsciiStrToLower(contract_number))
      .UpdateSized(absl::AsciiStrToLower(purchase_order))
      .UpdateSized(absl::AsciiStrToLower(line))
      .FinishAs<EntitlementId>();
}

}  // namespace rollcall::collector
