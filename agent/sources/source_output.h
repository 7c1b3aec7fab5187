// What a source gathers: rows in canonical form, evidence of which machine it
// is, and how complete the view was.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/id.h"
#include "common/rows.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall {

// A row as it is hashed, sent and stored.
struct EncodedRow {
  RowId id;
  // Canonical bytes at kRowLevel.
  std::string bytes;
  v1::RowScope scope = v1::ROW_SCOPE_UNSPECIFIED;
};

// How complete a view of the machine was; becomes a SourceStatus row. Notes are
// stable from scan to scan: they name paths and counts, never times or ids.
// Not thread-safe.
class SourceReport {
 public:
  // More notes are counted, not kept.
  static constexpr size_t kMaxNotes = 16;
  static constexpr size_t kMaxNoteBytes = 200;

  // Raises the outcome to `outcome` if that is worse, and says why.
  void Note(v1::SourceStatus::Outcome outcome, absl::string_view note);

  // Takes over a failure to read something: permission denied, or partial. A
  // NOT_FOUND is no failure and leaves the report as it is, as does OK.
  void NoteError(const absl::Status& status);

  // Takes over a failure that leaves nothing of the section to rely on:
  // permission denied, or failed.
  void Fail(const absl::Status& status);

  // Counts `count` records of what `where` names as malformed and skipped.
  void CountMalformed(absl::string_view where, int count = 1);

  // Whether earlier rows of the section are to be believed rather than these.
  bool failed() const { return failed_; }
  v1::SourceStatus ToStatus(absl::string_view source) const;

 private:
  v1::SourceStatus::Outcome outcome_ = v1::SourceStatus::OUTCOME_COMPLETE;
  bool failed_ = false;
  // The first in order; of the rest only the number is kept.
  std::set<std::string> notes_;
  int dropped_notes_ = 0;
  // Malformed records by where they were; bounded like the notes.
  std::map<std::string, int> malformed_;
};

// Not thread-safe. Movable.
class SourceOutput {
 public:
  struct Limits {
    size_t max_row_bytes = kMaxRowBytes;
    size_t max_rows_per_section = kMaxRowsPerSection;
  };

  SourceOutput() = default;
  explicit SourceOutput(const Limits& limits) : limits_(limits) {}

  // Adds a row to the section of its kind. A row over the limits is counted in
  // that section's report instead, and an empty fact is dropped: it says
  // nothing.
  void Add(const v1::Row& row);

  // The report on one section.
  SourceReport& report(absl::string_view section) {
    return reports_[std::string(section)];
  }

  // Evidence that this source contributes.
  v1::Evidence& evidence() { return evidence_; }
  const v1::Evidence& evidence() const { return evidence_; }

  // By section; sections without rows are missing here.
  std::map<std::string, std::vector<EncodedRow>>& rows() { return rows_; }
  const std::map<std::string, SourceReport>& reports() const {
    return reports_;
  }

 private:
  Limits limits_;
  std::map<std::string, std::vector<EncodedRow>> rows_;
  std::map<std::string, SourceReport> reports_;
  v1::Evidence evidence_;
};

}  // namespace rollcall
