#include "collector/inventory/subject_state.h"

#include <utility>

#include "absl/strings/str_cat.h"
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

absl::StatusOr<SubjectState> StateNow(const Reader& reader, SubjectId subject,
                                      const Head& head) {
  SubjectState state;
  state.changed = KnownStamp::FromRaw(head.changed_stamp());
  state.row_level = head.row_level();
  state.agent_version = head.agent_version();
  for (const HeadSection& section : head.sections()) {
    SectionState& rows = state.sections[section.section()];
    ROLLCALL_ASSIGN_OR_RETURN(rows.fleet, ReadFleetRows(reader, section));
    ROLLCALL_ASSIGN_OR_RETURN(rows.own,
                              ReadOwnRows(reader, subject, section.section()));
  }
  return state;
}

// Takes one change of a section back.
absl::Status Undo(const SectionChange& change, int row_level,
                  SectionState& state) {
  ROLLCALL_ASSIGN_OR_RETURN(const RowSet added, UnpackIds(change.added_ids()));
  ROLLCALL_ASSIGN_OR_RETURN(const RowSet removed,
                            UnpackIds(change.removed_ids()));
  state.fleet = Union(Minus(state.fleet, added), removed);
  for (const std::string& row : change.own_added()) {
    state.own.erase(ComputeRowId(change.section(), row_level, row));
  }
  for (const std::string& row : change.own_removed()) {
    state.own[ComputeRowId(change.section(), row_level, row)] = row;
  }
  return absl::OkStatus();
}

absl::Status UndoEntry(const HistoryEntry& entry, SubjectState& state) {
  for (const SectionChange& change : entry.sections()) {
    ROLLCALL_RETURN_IF_ERROR(
        Undo(change, state.row_level, state.sections[change.section()]));
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

absl::StatusOr<RowSet> ReadFleetRows(const Reader& reader,
                                     const HeadSection& section) {
  RowSet base;
  if (!section.base_root().empty()) {
    const auto root = RootId::FromBytes(section.base_root());
    if (!root.has_value()) {
      return absl::DataLossError("head with a malformed base root");
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                              kBaseTable.Get(reader, {*root}));
    if (!stored.has_value()) {
      return absl::DataLossError(
          absl::StrCat("base set ", root->ToHex(), " is missing"));
    }
    ROLLCALL_ASSIGN_OR_RETURN(base, UnpackIds(stored->ids()));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const RowSet added, UnpackIds(section.added_ids()));
  ROLLCALL_ASSIGN_OR_RETURN(const RowSet removed,
                            UnpackIds(section.removed_ids()));
  return Union(Minus(base, removed), added);
}

absl::StatusOr<std::map<RowId, std::string>> ReadOwnRows(
    const Reader& reader, SubjectId subject, absl::string_view section) {
  std::map<RowId, std::string> rows;
  KeyWriter prefix;
  prefix.U16(ShardOf(subject)).AddId(subject).Text(section);
  auto scan = kOwnRowTable.ScanPrefix(reader, std::move(prefix));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, scan.Next());
    if (!entry.has_value()) return rows;
    rows[entry->key.row] = std::move(*entry->value.mutable_canonical());
  }
}

absl::StatusOr<std::optional<SubjectState>> ReadSubjectState(
    const Reader& reader, SubjectId subject, KnownStamp as_of) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto head, ReadHead(reader, subject));
  if (!head.has_value()) return std::optional<SubjectState>();
  ROLLCALL_ASSIGN_OR_RETURN(SubjectState state,
                            StateNow(reader, subject, *head));
  if (state.changed <= as_of) return std::optional<SubjectState>(state);
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
    const absl::Status undone = UndoEntry(entry->value, state);
    if (!undone.ok()) return Damaged(subject, undone);
  }
}

absl::StatusOr<std::vector<bool>> WhichAreKnown(const Reader& reader,
                                                SubjectId subject,
                                                absl::string_view section,
                                                absl::Span<const RowId> ids) {
  std::vector<std::string> keys;
  keys.reserve(ids.size());
  for (const RowId& id : ids) keys.push_back(id.ToBytes());
  ROLLCALL_ASSIGN_OR_RETURN(const auto fleet,
                            reader.MultiGet(TableId::kRow, keys));
  ROLLCALL_ASSIGN_OR_RETURN(const auto own,
                            ReadOwnRows(reader, subject, section));
  std::vector<bool> known(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    known[i] = fleet[i].has_value() || own.contains(ids[i]);
  }
  return known;
}

}  // namespace rollcall::collector
