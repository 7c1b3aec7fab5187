// Reports of subjects for tests: rows in, a stored change out.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "collector/inventory/base_sets.h"
#include "collector/inventory/subject_update.h"
#include "collector/storage/committer.h"
#include "collector/storage/shard.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::testing {

// The rows and sets that all subjects of a store share.
struct SharedContent {
  explicit SharedContent(collector::Engine& engine)
      : rows(engine), bases(engine, rows) {}

  collector::RowDirectory rows;
  collector::BaseSets bases;
  const collector::Content content{rows, bases};
};

// What a subject with exactly these rows sends to a collector that knows
// nothing of them.
inline collector::SubjectUpdate UpdateOf(SubjectId subject,
                                         const std::vector<v1::Row>& rows) {
  collector::SubjectUpdate update;
  update.subject = subject;
  update.row_level = kRowLevel;
  update.agent_version = "1.2.3";
  for (const v1::Row& row : rows) {
    const RowKind* kind = FindRowKind(row);
    const std::string canonical = EncodeRow(row);
    const RowId id = ComputeRowId(kind->section, kRowLevel, canonical);
    update.sections[kind->section].added.push_back(id);
    update.rows[id] = {kind->section, canonical,
                       kind->scope == v1::ROW_SCOPE_OWN};
  }
  std::map<std::string, RootId> roots;
  for (auto& [name, section] : update.sections) {
    std::sort(section.added.begin(), section.added.end());
    roots[name] = section.root = ComputeSectionRoot(section.added);
  }
  update.subject_root = ComputeSubjectRoot(roots);
  return update;
}

// As identity gives them: the shard in the lower bits. Of random ids, few
// enough not to meet.
inline uint32_t OrdinalOf(SubjectId subject) {
  const absl::string_view bytes = subject.bytes();
  uint32_t number = 0;
  for (size_t i = 2; i < 5; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return (number & 0x3fffff) << 10 | collector::ShardOf(subject);
}

inline absl::StatusOr<collector::KnownStamp> Write(
    collector::Committer& committer, const collector::Content& content,
    collector::PreparedUpdate prepared) {
  return committer.Commit({"subject"}, [&](collector::KnownStamp at,
                                           const collector::Reader& reader,
                                           collector::Writes& writes) {
    return WriteSubjectUpdate(prepared, content, OrdinalOf(prepared.subject),
                              at, reader, writes);
  });
}

inline absl::StatusOr<collector::KnownStamp> Store(
    collector::Committer& committer, const collector::Engine& engine,
    const collector::Content& content, const collector::SubjectUpdate& update) {
  ROLLCALL_ASSIGN_OR_RETURN(auto prepared,
                            PrepareSubjectUpdate(update, engine, content));
  return Write(committer, content, std::move(prepared));
}

}  // namespace rollcall::testing
