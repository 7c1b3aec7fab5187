#include "collector/reconcile/change_preview.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/changes/change_set_table.h"
#include "collector/changes/change_view.h"
#include "collector/contracts/contract_content.h"
#include "collector/inventory/deletions.h"
#include "collector/reconcile/border_days.h"
#include "collector/reconcile/fleet_use.h"
#include "collector/reconcile/position_moves.h"
#include "collector/reconcile/proposed_lines.h"
#include "collector/storage/as_of.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Days that are compared, at most and where there are very many lines.
constexpr size_t kMostDays = 12;
constexpr size_t kFewDays = 2;
// Lines on all compared days together, at most, unless the days are few.
constexpr size_t kMostLineDays = 1'200'000;
constexpr int kMostLeftOutDays = 100;

// The day that is asked for, else those on which the changes show.
absl::StatusOr<BorderDays> DaysOf(const std::string& asked,
                                  const std::vector<LineHistory>& lines,
                                  absl::Time now) {
  if (asked.empty()) {
    const size_t most = std::clamp(
        kMostLineDays / std::max<size_t>(lines.size(), 1), kFewDays, kMostDays);
    return BorderDaysOf(lines, CivilDate::InUtc(now), most);
  }
  const auto day = CivilDate::Parse(asked);
  if (!day.ok()) return Annotate(day.status(), "effective_date");
  return BorderDays{{*day}, {}};
}

absl::Status CheckMoves(const v1::ChangeSet& change_set) {
  if (change_set.state() == v1::ChangeSet::STATE_PROPOSED ||
      change_set.state() == v1::ChangeSet::STATE_APPLIED) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("change-set ", change_set.change_set_id(),
                   " never took effect and will not: it moves nothing"));
}

// The lines that the change-set may move positions with.
absl::StatusOr<std::vector<LineHistory>> LinesOfChangeSet(
    const KeptChangeSet& kept, const Reader& reader, KnownStamp before) {
  if (kept.record.change_set().kind() != v1::ChangeSet::KIND_CONTRACTS) {
    return std::vector<LineHistory>();
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto items, ReadProposed(reader, kept));
  ROLLCALL_ASSIGN_OR_RETURN(auto changes, ParseItems(items));
  return LinesAround(std::move(changes), reader, before);
}

v1::PreviewChangeSetResponse ResponseOf(const BorderDays& days,
                                        PositionMoves moves) {
  v1::PreviewChangeSetResponse response;
  for (const CivilDate& day : days.compared) {
    response.add_effective_dates(day.ToString());
  }
  response.set_left_out_date_count(static_cast<int32_t>(days.left_out.size()));
  for (const CivilDate& day : days.left_out) {
    if (response.left_out_dates_size() == kMostLeftOutDays) break;
    response.add_left_out_dates(day.ToString());
  }
  response.set_move_count(moves.count);
  for (v1::PositionMove& move : moves.told) {
    *response.add_moves() = std::move(move);
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::PreviewChangeSetResponse> PositionPreview::Preview(
    const v1::PreviewChangeSetRequest& request) const {
  // Neither what a change-set proposes nor when it took effect changes later.
  ROLLCALL_ASSIGN_OR_RETURN(
      const KeptChangeSet kept,
      FindChangeSet(sources_.engine, request.change_set_id()));
  ROLLCALL_RETURN_IF_ERROR(CheckMoves(kept.record.change_set()));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp asked, AsOf(request));
  if (asked < kept.key.stamp) {
    return absl::InvalidArgumentError(absl::StrCat(
        "as_of: change-set ", kept.key.id.ToHex(), " was proposed after that"));
  }
  const KnownStamp before = std::min(ComparedAt(kept), asked);
  Fleet fleet(sources_, before);
  ROLLCALL_RETURN_IF_ERROR(CheckNothingDeletedSince(fleet.reader(), before));
  ROLLCALL_ASSIGN_OR_RETURN(const auto lines,
                            LinesOfChangeSet(kept, fleet.reader(), before));
  const absl::Time now = std::min(clock_.Now(), before.time());
  ROLLCALL_ASSIGN_OR_RETURN(const BorderDays days,
                            DaysOf(request.effective_date(), lines, now));
  FleetUse use(fleet, products_);
  // Without lines nothing moves, whatever is used.
  if (!lines.empty()) ROLLCALL_RETURN_IF_ERROR(use.Load());
  ROLLCALL_ASSIGN_OR_RETURN(auto moves,
                            PositionMovesOn(days.compared, lines, use));
  return ResponseOf(days, std::move(moves));
}

}  // namespace rollcall::collector
