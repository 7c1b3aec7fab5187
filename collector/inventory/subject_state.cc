#include "collector/inventory/subject_state.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/inventory/history_horizon.h"
#include "collector/inventory/level_switch.h"
#include "collector/inventory/tables.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using stored::v1::Head;
using stored::v1::HeadSection;
using stored::v1::HistoryEntry;
using stored::v1::SectionChange;

absl::Status Damaged(SubjectId subject, const absl::Status& why) {
  return absl::DataLossError(
      absl::StrCat("subject ", subject.ToHex(), ": ", why.message()));
}

absl::StatusOr<SubjectState> StateNow(const Reader& reader,
                                      const Content& content, SubjectId subject,
                                      const Head& head) {
  SubjectState state;
  state.changed = KnownStamp::FromRaw(head.changed_stamp());
  state.row_level = head.row_level();
  state.agent_version = head.agent_version();
  state.ordinal = head.ordinal();
  for (const HeadSection& section : head.sections()) {
    SectionState& rows = state.sections[section.section()];
    ROLLCALL_ASSIGN_OR_RETURN(const auto fleet,
                              ReadFleetRows(content, section));
    rows.fleet = fleet.All();
    ROLLCALL_ASSIGN_OR_RETURN(
        rows.own,
        ReadOwnRows(reader, {subject, section.section(), head.row_level()}));
  }
  return state;
}

absl::StatusOr<std::shared_ptr<const BaseRows>> BaseOf(
    const Content& content, const HeadSection& section) {
  const auto root = RootId::FromBytes(section.base_root());
  if (!root.has_value()) {
    return absl::DataLossError("head with a malformed base root");
  }
  ROLLCALL_ASSIGN_OR_RETURN(auto base, content.bases.Find(*root));
  if (base == nullptr) {
    return absl::DataLossError(
        absl::StrCat("base set ", root->ToHex(), " is missing"));
  }
  return base;
}

absl::StatusOr<RowSet> Numbered(const Content& content,
                                absl::string_view packed) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto numbers, UnpackNumbers(packed));
  return content.rows.IdsOf(numbers);
}

// Takes one change of a section back. Rows that came are of the level after it,
// rows that went of the level before it.
absl::Status Undo(const Content& content, const SectionChange& change,
                  int level_before, int level_after, SectionState& state) {
  ROLLCALL_ASSIGN_OR_RETURN(const RowSet added,
                            Numbered(content, change.added_rows()));
  ROLLCALL_ASSIGN_OR_RETURN(const RowSet removed,
                            Numbered(content, change.removed_rows()));
  state.fleet = Union(Minus(state.fleet, added), removed);
  for (const std::string& row : change.own_added()) {
    state.own.erase(ComputeRowId(change.section(), level_after, row));
  }
  if (level_before < level_after) {
    ROLLCALL_ASSIGN_OR_RETURN(
        state.own, LowerOwnRows(change.section(), state.own, level_before));
  } else if (level_before > level_after) {
    state.own.clear();
  }
  for (const auto* rows : {&change.own_removed(), &change.own_lost()}) {
    for (const std::string& row : *rows) {
      state.own[ComputeRowId(change.section(), level_before, row)] = row;
    }
  }
  return absl::OkStatus();
}

absl::Status UndoEntry(const Content& content, const HistoryEntry& entry,
                       SubjectState& state) {
  const int level_after = state.row_level;
  if (entry.row_level_before() != 0) {
    state.row_level = entry.row_level_before();
  }
  for (const SectionChange& change : entry.sections()) {
    ROLLCALL_RETURN_IF_ERROR(Undo(content, change, state.row_level, level_after,
                                  state.sections[change.section()]));
  }
  for (const std::string& section : entry.new_sections()) {
    state.sections.erase(section);
  }
  for (const std::string& section : entry.gone_sections()) {
    state.sections[section];  // empty, if no change above filled it
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<Head>> ReadHead(const Reader& reader,
                                             SubjectId subject) {
  return kHeadTable.Get(reader, {subject});
}

absl::StatusOr<std::optional<StoredHead>> ReadStoredHead(const Reader& reader,
                                                         SubjectId subject) {
  ROLLCALL_ASSIGN_OR_RETURN(auto bytes, kHeadTable.GetBytes(reader, {subject}));
  if (!bytes.has_value()) return std::optional<StoredHead>();
  ROLLCALL_ASSIGN_OR_RETURN(Head head, kHeadTable.Parse({subject}, *bytes));
  return std::optional<StoredHead>({std::move(head), *std::move(bytes)});
}

absl::StatusOr<BasedSet<RowId>> ReadFleetRows(const Content& content,
                                              const HeadSection& section) {
  ROLLCALL_ASSIGN_OR_RETURN(RowSet added,
                            Numbered(content, section.added_rows()));
  if (section.base_root().empty()) return BasedSet<RowId>(std::move(added));
  ROLLCALL_ASSIGN_OR_RETURN(const auto base, BaseOf(content, section));
  ROLLCALL_ASSIGN_OR_RETURN(RowSet removed,
                            Numbered(content, section.removed_rows()));
  return BasedSet<RowId>(IdsOf(base), std::move(added), std::move(removed));
}

absl::StatusOr<BasedSet<RowNumber>> ReadFleetNumbers(
    const Content& content, const HeadSection& section) {
  ROLLCALL_ASSIGN_OR_RETURN(RowNumbers added,
                            UnpackNumbers(section.added_rows()));
  if (section.base_root().empty()) {
    return BasedSet<RowNumber>(std::move(added));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto base, BaseOf(content, section));
  ROLLCALL_ASSIGN_OR_RETURN(RowNumbers removed,
                            UnpackNumbers(section.removed_rows()));
  return BasedSet<RowNumber>(NumbersOf(base), std::move(added),
                             std::move(removed));
}

absl::StatusOr<BasedSet<RowId>> ReadSectionIds(const Reader& reader,
                                               const Content& content,
                                               SubjectId subject, int row_level,
                                               const HeadSection& section) {
  ROLLCALL_ASSIGN_OR_RETURN(auto rows, ReadFleetRows(content, section));
  if (!HasOwnRows(section.section())) return rows;
  ROLLCALL_ASSIGN_OR_RETURN(
      const OwnRows own,
      ReadOwnRows(reader, {subject, section.section(), row_level}));
  RowSet own_ids;
  own_ids.reserve(own.size());
  for (const auto& [id, canonical] : own) own_ids.push_back(id);
  rows.Add(own_ids);
  return rows;
}

absl::StatusOr<std::optional<SubjectState>> ReadSubjectState(
    const Reader& reader, const Content& content, SubjectId subject,
    KnownStamp as_of) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto head, ReadHead(reader, subject));
  if (!head.has_value()) return std::optional<SubjectState>();
  ROLLCALL_ASSIGN_OR_RETURN(SubjectState state,
                            StateNow(reader, content, subject, *head));
  if (state.changed <= as_of)
    return std::optional<SubjectState>(std::move(state));
  KeyWriter prefix;
  prefix.U16(ShardOf(subject)).AddId(subject);
  auto scan = kHistoryTable.ScanPrefix(reader, std::move(prefix));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
    if (!entry.has_value()) return std::optional<SubjectState>();
    if (entry->key.stamp <= as_of) {
      state.changed = entry->key.stamp;
      return std::optional<SubjectState>(std::move(state));
    }
    if (IsCut(entry->value)) {
      return absl::FailedPreconditionError(
          absl::StrCat("not recomputable: history of subject ", subject.ToHex(),
                       " of that time was dropped"));
    }
    const absl::Status undone = UndoEntry(content, entry->value, state);
    if (!undone.ok()) return Damaged(subject, undone);
  }
}

absl::StatusOr<std::vector<bool>> WhichAreKnown(const Reader& reader,
                                                const Content& content,
                                                const OwnSection& section,
                                                int row_level,
                                                absl::Span<const RowId> ids) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto fleet,
                            content.rows.Find(section.section, row_level, ids));
  OwnRows own;
  if (section.row_level == row_level) {
    ROLLCALL_ASSIGN_OR_RETURN(own, ReadOwnRows(reader, section));
  }
  std::vector<bool> known(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    known[i] = fleet[i].has_value() || own.contains(ids[i]);
  }
  return known;
}

}  // namespace rollcall::collector
