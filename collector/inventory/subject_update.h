// Writing what a subject reported.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "collector/inventory/row_set.h"
#include "collector/storage/committer.h"
#include "common/id.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {

// A section as reported.
struct ReportedSection {
  RootId root;
  // All its rows, fleet and own.
  RowSet ids;
};

// A row that the store may not have yet: checked canonical bytes.
struct ReportedRow {
  std::string section;
  std::string canonical;
  bool own = false;
};

// All that a subject holds from now on.
struct SubjectUpdate {
  SubjectId subject;
  AgentId agent;
  std::string agent_version;
  int row_level = 0;
  RootId subject_root;
  // Every section that the subject has. Of a section whose root the store holds
  // already `ids` may be empty.
  std::map<std::string, ReportedSection> sections;
  // Rows that were sent. Rows that were known are not here.
  std::map<RowId, ReportedRow> rows;
};

// A subject's set is a base set with differences. The base is kept while the
// differences are at most this many ids, or a quarter of the set; beyond, the
// set becomes a base itself. Chains do not arise: a base is always a full set.
inline constexpr size_t kMinDifferences = 16;

// Adds the writes that make the update so, with its history. Writes nothing if
// the store holds the same root. FAILED_PRECONDITION if a row was neither sent
// nor known, or a section without ids is not the one that the store holds (the
// store changed since it was asked: start again).
absl::Status BuildSubjectUpdate(const SubjectUpdate& update, KnownStamp stamp,
                                const Reader& reader, Writes& writes);

}  // namespace rollcall::collector
