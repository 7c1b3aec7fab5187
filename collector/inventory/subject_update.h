// Writing what a subject reported.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "collector/inventory/base_sets.h"
#include "collector/inventory/content_pins.h"
#include "collector/inventory/row_set.h"
#include "collector/inventory/subject_state.h"
#include "collector/storage/committer.h"
#include "common/id.h"
#include "rollcall/stored/v1/inventory.pb.h"

namespace rollcall::collector {

// A section as reported: by how it differs from a set that the store holds.
struct ReportedSection {
  RootId root;
  // What it differs from: the section as the store holds it of the subject, or
  // a base set. Zero: the empty set.
  RootId base;
  // Of rows fleet and own. What is in both was added.
  RowSet added;
  RowSet removed;
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
  // Every section that the subject has. REQUIRES: each makes its root. Of a
  // section whose root the store holds the rest does not matter.
  std::map<std::string, ReportedSection> sections;
  // Rows that were sent. Rows that were known are not here.
  std::map<RowId, ReportedRow> rows;
};

// What the store holds of a subject, to work an update out from. Nothing that
// it refers to is collected while this lives.
struct UpdateBasis {
  ContentPin pin;
  // Nothing: it never reported.
  std::optional<StoredHead> stored;
};

// Errors as for ReadHead.
absl::StatusOr<UpdateBasis> ReadBasis(const Reader& reader,
                                      const Content& content,
                                      SubjectId subject);

// What an update comes to: made before it is the committer's turn, so that one
// writer is enough for many subjects.
struct PreparedUpdate {
  SubjectId subject;
  // The bytes of the head that it was made from; nothing: there was none.
  std::optional<std::string> made_from;
  // False: the store holds the same root already, and nothing is written.
  bool changes = false;
  // Without the new stamp and the ordinal, until it is written.
  stored::v1::Head head;
  // Once it is written.
  std::string head_bytes;
  stored::v1::HistoryEntry history;
  // What postings must follow, without the ordinal.
  stored::v1::ChangedSubject postings;
  // Of own rows.
  Batch own;
  // The rows and bases that the head and its history refer to are written with.
  ContentWriter::Number content = 0;
  // The rows and bases that the head and its history refer to stay.
  ContentPin pin;
};

// Works the update out. Keeps rows and bases that are new, which do no harm if
// the update then is not written. FAILED_PRECONDITION if a row was neither sent
// nor known, or a section differs from a set that the store does not hold (it
// changed since it was asked: start again). Blocking.
absl::StatusOr<PreparedUpdate> PrepareSubjectUpdate(const SubjectUpdate& update,
                                                    UpdateBasis basis,
                                                    const Reader& reader,
                                                    const Content& content);
// From what the store holds now.
absl::StatusOr<PreparedUpdate> PrepareSubjectUpdate(const SubjectUpdate& update,
                                                    const Reader& reader,
                                                    const Content& content);

// Stores the rows and bases that the update refers to, and adds the writes that
// make it so, with its history and what postings must follow. `ordinal` is the
// subject's. FAILED_PRECONDITION if the subject changed since it was prepared:
// start again. UNAVAILABLE if the store takes no rows.
// Once: what is written is moved out of the update, but for the head.
absl::Status WriteSubjectUpdate(PreparedUpdate& update, const Content& content,
                                uint32_t ordinal, KnownStamp stamp,
                                const Reader& reader, Writes& writes);

}  // namespace rollcall::collector
