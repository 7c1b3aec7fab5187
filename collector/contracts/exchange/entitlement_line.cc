#include "collector/contracts/exchange/entitlement_line.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/exchange/entitlement_amounts.h"
#include "collector/contracts/exchange/entitlement_cells.h"
#include "collector/contracts/exchange/enum_words.h"
#include "collector/contracts/objects/shared_checks.h"
#include "collector/csv/csv_cell.h"
#include "common/hash.h"

namespace rollcall::collector {
namespace {

using Cell = EntitlementCell;

constexpr absl::string_view kLicenceKindPrefix = "LICENCE_KIND_";
constexpr absl::string_view kUseRightPrefix = "KIND_";
constexpr absl::string_view kUseRightField = "use_right_";

// Reads one record.
class EntitlementReader {
 public:
  // `mapped`: the record has the cells of kEntitlementFields, then those of
  // tags; else those of kOwnEntitlementColumns.
  EntitlementReader(const CsvRecord& record,
                    absl::Span<const std::string> metrics,
                    const LineContext* mapped = nullptr)
      : record_(record), cells_(record), metrics_(metrics) {
    entitlement_.set_source_line(record.line);
    if (!cells_.errors().empty()) return;
    ReadNames();
    ReadMetric();
    if (mapped == nullptr) {
      ReadQuantity(cells_, entitlement_);
      ReadTerm();
      ReadOwnPrice(cells_, entitlement_);
    } else {
      ReadPacks(cells_, entitlement_);
      ReadTerm();
      ReadPrices(cells_, entitlement_);
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
      const auto is = [&](Cell::Place column) {
        return error.column() == record_.columns[column].Label();
      };
      return is(Cell::kContractNumber) || is(Cell::kPurchaseOrder) ||
             is(Cell::kLine);
    };
    return std::none_of(cells_.errors().begin(), cells_.errors().end(),
                        is_name);
  }

  void ReadNames() {
    entitlement_.set_contract_number(
        cells_.RequiredText(Cell::kContractNumber, kMaxNumberBytes));
    entitlement_.set_vendor(cells_.RequiredText(Cell::kVendor, kMaxNameBytes));
    entitlement_.set_publisher(
        cells_.RequiredText(Cell::kPublisher, kMaxNameBytes));
    entitlement_.set_product(
        cells_.RequiredText(Cell::kProduct, kMaxNameBytes));
    entitlement_.set_line(cells_.RequiredText(Cell::kLine, kMaxNumberBytes));
    if (auto text = Restriction(Cell::kVersion, kMaxNumberBytes)) {
      entitlement_.set_version(*std::move(text));
    }
    if (auto text = Restriction(Cell::kEdition, kMaxNameBytes)) {
      entitlement_.set_edition(*std::move(text));
    }
    if (auto text = cells_.Text(Cell::kPurchaseOrder, kMaxNumberBytes)) {
      entitlement_.set_purchase_order(*std::move(text));
    }
    if (auto text = cells_.Text(Cell::kOrganisationUnit, kMaxNameBytes)) {
      entitlement_.set_organisation_unit(*std::move(text));
    }
  }

  // A text that restricts what the line is for. Fillers and patterns would
  // restrict it to what nothing is called.
  std::optional<std::string> Restriction(Cell::Place column, size_t max_bytes) {
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
    if (!cells_.Require(Cell::kMetric)) return;
    const std::string name = absl::AsciiStrToLower(cells_.Raw(Cell::kMetric));
    if (std::find(metrics_.begin(), metrics_.end(), name) == metrics_.end()) {
      cells_.AddError(Cell::kMetric,
                      absl::StrCat("the metric is unknown; the metrics are ",
                                   absl::StrJoin(metrics_, ", ")));
      return;
    }
    entitlement_.set_metric(name);
  }

  std::optional<CivilDate> ReadDate(Cell::Place column) {
    if (cells_.Raw(column).empty()) return std::nullopt;
    const auto date = CivilDate::Parse(cells_.Raw(column));
    if (date.ok()) return *date;
    cells_.AddError(column,
                    absl::StrCat(date.status().message(),
                                 column == Cell::kEndDate
                                     ? "; leave it empty for a perpetual right"
                                     : ""));
    return std::nullopt;
  }

  void ReadMore() {
    if (auto text = cells_.Text(Cell::kPartNumber, kMaxNumberBytes)) {
      entitlement_.set_part_number(*std::move(text));
    }
    if (auto text = cells_.Text(Cell::kRegion, kMaxNameBytes)) {
      entitlement_.set_region(*std::move(text));
    }
    if (auto text = cells_.Text(Cell::kCostCentre, kMaxNameBytes)) {
      entitlement_.set_cost_centre(*std::move(text));
    }
    if (auto text = cells_.Notes(Cell::kNotes, kMaxNotesBytes)) {
      entitlement_.set_notes(*std::move(text));
    }
    if (auto text = cells_.Text(Cell::kSourceLineId, kMaxNameBytes)) {
      entitlement_.set_source_line_id(*std::move(text));
    }
    if (const auto day = ReadDate(Cell::kMaintenanceEndDate)) {
      entitlement_.set_maintenance_end_date(day->ToString());
    }
    const absl::string_view kind = cells_.Raw(Cell::kLicenceKind);
    if (kind.empty()) return;
    const auto& kinds = *v1::Entitlement::LicenceKind_descriptor();
    const auto number = FindEnumWord(kinds, kLicenceKindPrefix, kind);
    if (!number.has_value()) {
      cells_.AddError(Cell::kLicenceKind,
                      absl::StrCat("the kind of licence is unknown; the kinds "
                                   "are ",
                                   EnumWords(kinds, kLicenceKindPrefix)));
      return;
    }
    entitlement_.set_licence_kind(
        static_cast<v1::Entitlement::LicenceKind>(*number));
  }

  void ReadUseRights() {
    for (size_t i = Cell::kFirstUseRight; i < std::size(kEntitlementFields);
         ++i) {
      const absl::string_view said = cells_.Raw(i);
      if (said.empty()) continue;
      const bool permitted = absl::EqualsIgnoreCase(said, "permitted");
      if (!permitted && !absl::EqualsIgnoreCase(said, "forbidden")) {
        cells_.AddError(i, "it must be \"permitted\" or \"forbidden\"");
        continue;
      }
      v1::UseRight& right = *entitlement_.add_use_rights();
      right.set_kind(static_cast<v1::UseRight::Kind>(*FindEnumWord(
          *v1::UseRight::Kind_descriptor(), kUseRightPrefix,
          absl::StripPrefix(kEntitlementFields[i].name, kUseRightField))));
      right.set_permitted(permitted);
    }
  }

  void ReadTags(const LineContext& context) {
    for (size_t i = 0; i < context.tags.size(); ++i) {
      auto value =
          cells_.Text(std::size(kEntitlementFields) + i, kMaxPersonBytes);
      if (!value.has_value()) continue;
      v1::Tag& tag = *entitlement_.add_tags();
      tag.set_name(context.tags[i]);
      tag.set_value(*std::move(value));
    }
  }

  void ReadTerm() {
    cells_.Require(Cell::kStartDate);
    const auto start = ReadDate(Cell::kStartDate);
    const auto end = ReadDate(Cell::kEndDate);
    if (start.has_value()) entitlement_.set_start_date(start->ToString());
    if (end.has_value()) entitlement_.set_end_date(end->ToString());
    if (start.has_value() && end.has_value() && *end < *start) {
      cells_.AddError(Cell::kEndDate,
                      absl::StrCat("the end must not be before the start, ",
                                   start->ToString(),
                                   "; leave it empty for a perpetual right"));
    }
  }

  const CsvRecord& record_;
  CellReader cells_;
  const absl::Span<const std::string> metrics_;
  v1::Entitlement entitlement_;
};

}  // namespace

absl::Span<const TargetField> EntitlementFields() { return kEntitlementFields; }

ReadLine ReadEntitlementLine(const CsvRecord& record,
                             const LineContext& context) {
  EntitlementReader reader(record, context.metrics, &context);
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

std::vector<v1::ImportError> ReadOwnEntitlementLine(
    const CsvRecord& record, absl::Span<const std::string> metrics,
    v1::Entitlement& line) {
  EntitlementReader reader(record, metrics);
  line = std::move(reader.entitlement());
  return reader.TakeErrors();
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
