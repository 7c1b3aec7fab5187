#include "collector/contracts/exchange/entitlement_csv.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/exchange/entitlement_cells.h"
#include "collector/contracts/exchange/entitlement_line.h"

namespace rollcall::collector {
namespace {

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

// The columns that the record's file has.
std::vector<std::string> ColumnsThere(const CsvRecord& record) {
  std::vector<std::string> there;
  for (size_t i = 0; i < record.columns.size(); ++i) {
    if (record.column_numbers[i] == 0) continue;
    there.emplace_back(record.columns[i].name);
  }
  return there;
}

}  // namespace

ImportedFile ReadEntitlementCsv(absl::string_view content,
                                absl::Span<const std::string> metrics) {
  ImportedFile file;
  std::vector<Candidate> candidates;
  CsvOutcome outcome =
      ReadCsv(content, kOwnEntitlementColumns, [&](const CsvRecord& record) {
        if (candidates.empty()) file.stated_fields = ColumnsThere(record);
        Candidate& candidate = candidates.emplace_back();
        candidate.raw = record.raw;
        candidate.errors = ReadOwnEntitlementLine(
            record, metrics, *candidate.object.mutable_entitlement());
      });
  file.file_errors = std::move(outcome.file_errors);
  if (!file.file_errors.empty()) return file;
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

absl::Span<const CsvColumn> OwnEntitlementColumns() {
  return kOwnEntitlementColumns;
}

}  // namespace rollcall::collector
