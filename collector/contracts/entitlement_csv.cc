#include "collector/contracts/entitlement_csv.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/money.h"
#include "collector/contracts/objects/shared_checks.h"
#include "collector/contracts/quantity.h"
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

// Reads one record.
class LineReader {
 public:
  LineReader(const CsvRecord& record, absl::Span<const std::string> metrics)
      : cells_(record), metrics_(metrics) {
    entitlement_.set_source_line(record.line);
    if (!cells_.errors().empty()) return;
    ReadNames();
    ReadMetric();
    ReadQuantity();
    ReadTerm();
    ReadPrice();
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
    return errors;
  }

 private:
  // Whether all that names the line was read without an error.
  bool Identifies() const {
    const auto is_name = [](const v1::ImportError& error) {
      return error.column() == kColumns[kContractNumber].name ||
             error.column() == kColumns[kPurchaseOrder].name ||
             error.column() == kColumns[kLine].name;
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
  v1::Entitlement entitlement;
  absl::string_view raw;
  std::vector<v1::ImportError> errors;
};

// Notes an error on each line whose id another line has as well. A line that is
// bad for another reason counts: which of the two holds is unknown.
void MarkDuplicates(std::vector<Candidate>& candidates) {
  absl::flat_hash_map<std::string, size_t> first;
  for (size_t i = 0; i < candidates.size(); ++i) {
    Candidate& later = candidates[i];
    if (later.entitlement.entitlement_id().empty()) continue;
    const auto [at, is_new] =
        first.try_emplace(later.entitlement.entitlement_id(), i);
    if (is_new) continue;
    Candidate& earlier = candidates[at->second];
    if (earlier.errors.empty()) {
      earlier.errors.push_back(DuplicateError(earlier.entitlement.source_line(),
                                              later.entitlement.source_line(),
                                              earlier.entitlement));
    }
    later.errors.push_back(DuplicateError(later.entitlement.source_line(),
                                          earlier.entitlement.source_line(),
                                          later.entitlement));
  }
}

}  // namespace

EntitlementFile ReadEntitlementCsv(absl::string_view content,
                                   absl::Span<const std::string> metrics) {
  std::vector<Candidate> candidates;
  CsvOutcome outcome = ReadCsv(content, kColumns, [&](const CsvRecord& record) {
    LineReader line(record, metrics);
    candidates.push_back(
        {std::move(line.entitlement()), record.raw, line.TakeErrors()});
  });
  EntitlementFile file;
  file.file_errors = std::move(outcome.file_errors);
  if (!file.file_errors.empty()) return file;
  file.line_count = outcome.record_count;
  MarkDuplicates(candidates);
  for (Candidate& candidate : candidates) {
    if (candidate.errors.empty()) {
      file.good.push_back(std::move(candidate.entitlement));
      file.good_text.push_back(candidate.raw);
    } else {
      file.bad.push_back({candidate.entitlement.source_line(),
                          QuarantineContent(candidate.raw),
                          std::move(candidate.errors)});
    }
  }
  return file;
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
