#include "collector/inventory/level_switch.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "common/row_level.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// By the row's id: the id that it has at the lower level; nothing if that level
// has no such row.
using LowerIds = std::map<RowId, std::optional<RowId>>;

// A row as a lower level has it, in canonical bytes; nothing if it has none.
absl::StatusOr<std::optional<std::string>> Lowered(const std::string& canonical,
                                                   int level) {
  v1::Row row;
  if (!row.ParseFromString(canonical)) {
    return absl::DataLossError("a stored row does not parse");
  }
  const auto lower = RowAtLevel(std::move(row), level);
  if (!lower.has_value()) return std::optional<std::string>();
  return std::optional<std::string>(EncodeRow(*lower));
}

absl::StatusOr<std::optional<RowId>> LowerId(absl::string_view section,
                                             const std::string& canonical,
                                             int level) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto lower, Lowered(canonical, level));
  if (!lower.has_value()) return std::optional<RowId>();
  return std::optional<RowId>(ComputeRowId(section, level, *lower));
}

absl::Status AddFleetIds(const Reader& reader, absl::string_view section,
                         const RowSet& rows, int level, LowerIds& ids) {
  std::vector<std::string> keys;
  keys.reserve(rows.size());
  for (const RowId& id : rows) {
    KeyWriter key;
    RowKey{id}.Encode(key);
    keys.push_back(key.Take());
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            reader.MultiGet(TableId::kRow, keys));
  for (size_t i = 0; i < rows.size(); ++i) {
    stored::v1::FleetRow row;
    if (!stored[i].has_value() || !row.ParseFromString(*stored[i])) {
      return absl::DataLossError(absl::StrCat(
          "row ", rows[i].ToHex(), " is missing from the store or unreadable"));
    }
    ROLLCALL_ASSIGN_OR_RETURN(ids[rows[i]],
                              LowerId(section, row.canonical(), level));
  }
  return absl::OkStatus();
}

absl::StatusOr<LowerIds> LowerIdsOf(const Reader& reader,
                                    absl::string_view section,
                                    const LevelledSection& side, int level) {
  LowerIds ids;
  if (side.row_level == level) {
    for (const RowId& id : side.rows.fleet) ids[id] = id;
    for (const auto& [id, canonical] : side.rows.own) ids[id] = id;
    return ids;
  }
  ROLLCALL_RETURN_IF_ERROR(
      AddFleetIds(reader, section, side.rows.fleet, level, ids));
  for (const auto& [id, canonical] : side.rows.own) {
    ROLLCALL_ASSIGN_OR_RETURN(ids[id], LowerId(section, canonical, level));
  }
  return ids;
}

std::set<RowId> ValuesOf(const LowerIds& ids) {
  std::set<RowId> values;
  for (const auto& [id, lower] : ids) {
    if (lower.has_value()) values.insert(*lower);
  }
  return values;
}

// Sorts rows of one side into those that the other has not, and the others.
void Split(const SectionState& rows, const LowerIds& ids,
           const std::set<RowId>& others, RowSet& fleet, OwnRows& own,
           OwnRows& rest) {
  const auto differs = [&](const RowId& id) {
    const std::optional<RowId>& lower = ids.at(id);
    return lower.has_value() && !others.contains(*lower);
  };
  std::copy_if(rows.fleet.begin(), rows.fleet.end(), std::back_inserter(fleet),
               differs);
  for (const auto& [id, canonical] : rows.own) {
    (differs(id) ? own : rest).emplace(id, canonical);
  }
}

}  // namespace

absl::StatusOr<SectionSwitch> CompareLevels(const Reader& reader,
                                            absl::string_view section,
                                            const LevelledSection& before,
                                            const LevelledSection& after) {
  const int level = std::min(before.row_level, after.row_level);
  ROLLCALL_ASSIGN_OR_RETURN(const LowerIds old,
                            LowerIdsOf(reader, section, before, level));
  ROLLCALL_ASSIGN_OR_RETURN(const LowerIds now,
                            LowerIdsOf(reader, section, after, level));
  SectionSwitch result;
  OwnRows ignored;
  Split(after.rows, now, ValuesOf(old), result.fleet_added, result.own_added,
        ignored);
  Split(before.rows, old, ValuesOf(now), result.fleet_removed,
        result.own_removed, result.own_lost);
  if (before.row_level < after.row_level) result.own_lost.clear();
  return result;
}

absl::StatusOr<OwnRows> LowerOwnRows(absl::string_view section,
                                     const OwnRows& rows, int level) {
  OwnRows result;
  for (const auto& [id, canonical] : rows) {
    ROLLCALL_ASSIGN_OR_RETURN(auto lower, Lowered(canonical, level));
    if (!lower.has_value()) continue;
    const RowId lower_id = ComputeRowId(section, level, *lower);
    result.emplace(lower_id, *std::move(lower));
  }
  return result;
}

}  // namespace rollcall::collector
