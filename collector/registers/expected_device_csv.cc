#include "collector/registers/expected_device_csv.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/csv/csv_cell.h"
#include "collector/csv/csv_reader.h"
#include "collector/registers/expected_device_fields.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxTagBytes = 100;
constexpr size_t kMaxTextBytes = 200;

// The places of the columns in kColumns.
enum Column : size_t {
  kAssetTag,
  kSerial,
  kHostname,
  kMac,
  kOwner,
  kStatus,
  kLocation,
  kCostCentre,
  kPurchaseDate,
};

constexpr CsvColumn kColumns[] = {
    {"asset_tag", true}, {"serial", false},      {"hostname", false},
    {"mac", false},      {"owner", false},       {"status", false},
    {"location", false}, {"cost_centre", false}, {"purchase_date", false},
};

v1::ImportError LineError(int line, absl::string_view value,
                          absl::string_view reason) {
  v1::ImportError error;
  error.set_line(line);
  error.set_value(ImportErrorValue(value));
  error.set_reason(std::string(reason));
  return error;
}

// Reads one record.
class LineReader {
 public:
  explicit LineReader(const CsvRecord& record)
      : record_(record), cells_(record) {
    device_.set_source_line(record.line);
    if (!cells_.errors().empty()) return;
    device_.set_asset_tag(cells_.RequiredText(kAssetTag, kMaxTagBytes));
    ReadTexts();
    Read(kHostname, ParseHostname,
         [this](std::string name) { device_.set_hostname(std::move(name)); });
    Read(kStatus, ParseStatus,
         [this](std::string status) { device_.set_status(std::move(status)); });
    Read(kPurchaseDate, ParsePurchaseDate, [this](std::string date) {
      device_.set_purchase_date(std::move(date));
    });
    Read(kMac, ParseMacAddresses, [this](std::vector<std::string> macs) {
      device_.mutable_macs()->Assign(macs.begin(), macs.end());
    });
  }

  v1::ExpectedDevice& device() { return device_; }

  std::vector<v1::ImportError> TakeErrors() {
    std::vector<v1::ImportError> errors = cells_.TakeErrors();
    if (errors.empty() && !Identifies()) {
      errors.push_back(LineError(
          record_.line, device_.asset_tag(),
          "nothing tells which machine it is; at least one of serial, hostname "
          "and mac is needed"));
    }
    std::stable_sort(errors.begin(), errors.end(),
                     [](const auto& a, const auto& b) {
                       return a.column_number() < b.column_number();
                     });
    return errors;
  }

 private:
  void ReadTexts() {
    if (auto text = cells_.Text(kSerial, kMaxTextBytes)) {
      device_.set_serial_number(*std::move(text));
    }
    if (auto text = cells_.Text(kOwner, kMaxTextBytes)) {
      device_.set_owner(*std::move(text));
    }
    if (auto text = cells_.Text(kLocation, kMaxTextBytes)) {
      device_.set_location(*std::move(text));
    }
    if (auto text = cells_.Text(kCostCentre, kMaxTextBytes)) {
      device_.set_cost_centre(*std::move(text));
    }
  }

  // Hands what `parse` makes of a cell that is not empty to `set`.
  template <typename Value, typename Set>
  void Read(Column column, absl::StatusOr<Value> (*parse)(absl::string_view),
            Set set) {
    if (cells_.Raw(column).empty()) return;
    auto value = parse(cells_.Raw(column));
    if (value.ok()) {
      set(*std::move(value));
    } else {
      cells_.AddError(column, value.status().message());
    }
  }

  bool Identifies() const {
    return device_.has_serial_number() || device_.has_hostname() ||
           !device_.macs().empty();
  }

  const CsvRecord& record_;
  CellReader cells_;
  v1::ExpectedDevice device_;
};

// A line and its text, until all lines are known.
struct Candidate {
  v1::ExpectedDevice device;
  // In lower case.
  std::string asset_tag;
  absl::string_view raw;
  std::vector<v1::ImportError> errors;
};

void AddDuplicateError(Candidate& candidate, int other_line) {
  candidate.errors.push_back(LineError(
      candidate.device.source_line(), candidate.device.asset_tag(),
      absl::StrCat("line ", other_line,
                   " has the same asset tag; each device may stand in "
                   "the file once")));
}

// Notes an error on each line whose asset tag another line has as well. A line
// that is bad for another reason counts: which of the two is meant is unknown.
void MarkDuplicates(std::vector<Candidate>& candidates) {
  absl::flat_hash_map<std::string, size_t> first;
  for (size_t i = 0; i < candidates.size(); ++i) {
    Candidate& later = candidates[i];
    if (later.asset_tag.empty()) continue;
    const auto [at, is_new] = first.try_emplace(later.asset_tag, i);
    if (is_new) continue;
    Candidate& earlier = candidates[at->second];
    if (earlier.errors.empty()) {
      AddDuplicateError(earlier, later.device.source_line());
    }
    AddDuplicateError(later, earlier.device.source_line());
  }
}

}  // namespace

ExpectedDeviceFile ReadExpectedDeviceCsv(absl::string_view content) {
  std::vector<Candidate> candidates;
  CsvOutcome outcome = ReadCsv(content, kColumns, [&](const CsvRecord& record) {
    LineReader line(record);
    Candidate& candidate = candidates.emplace_back();
    candidate.raw = record.raw;
    candidate.errors = line.TakeErrors();
    candidate.device = std::move(line.device());
    candidate.asset_tag = absl::AsciiStrToLower(candidate.device.asset_tag());
  });
  ExpectedDeviceFile file;
  file.file_errors = std::move(outcome.file_errors);
  if (file.file_errors.empty() && candidates.empty()) {
    file.file_errors.push_back(LineError(
        1, "",
        "the file lists no device; a register is not emptied by a file"));
  }
  if (!file.file_errors.empty()) return file;
  file.line_count = outcome.record_count;
  MarkDuplicates(candidates);
  for (Candidate& candidate : candidates) {
    if (candidate.errors.empty()) {
      file.good.push_back(std::move(candidate.device));
    } else {
      file.bad.push_back(
          {MakeBadLine(candidate.device.source_line(), candidate.raw,
                       std::move(candidate.errors)),
           std::move(candidate.asset_tag)});
    }
  }
  return file;
}

}  // namespace rollcall::collector
