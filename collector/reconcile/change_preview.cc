#include "collector/reconcile/change_preview.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/changes/change_set_table.h"
#include "collector/changes/change_view.h"
#include "collector/contracts/contract_content.h"
#include "collector/contracts/object_overlay.h"
#include "collector/reconcile/position_moves.h"
#include "collector/reconcile/position_reader.h"
#include "collector/storage/as_of.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr int kMostMoves = 10'000;

// The day that is asked for, else today or the first day from when on any of
// the changes holds, whichever is later.
absl::StatusOr<CivilDate> DayOf(const std::string& asked,
                                const std::vector<v1::ObjectChange>& changes,
                                absl::Time now) {
  if (!asked.empty()) {
    const auto day = CivilDate::Parse(asked);
    if (day.ok()) return *day;
    return Annotate(day.status(), "effective_date");
  }
  CivilDate day = CivilDate::InUtc(now);
  std::optional<CivilDate> first;
  for (const v1::ObjectChange& change : changes) {
    const std::optional<CivilDate> from = EffectiveDay(change);
    if (!from.has_value()) return day;
    first = first.has_value() ? std::min(*first, *from) : *from;
  }
  return first.has_value() ? std::max(day, *first) : day;
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
  std::vector<v1::ObjectChange> changes;
  if (kept.record.change_set().kind() == v1::ChangeSet::KIND_CONTRACTS) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto items,
                              ReadProposed(fleet.reader(), kept));
    ROLLCALL_ASSIGN_OR_RETURN(changes, ParseItems(items));
  }
  const absl::Time now = std::min(clock_.Now(), before.time());
  ROLLCALL_ASSIGN_OR_RETURN(const CivilDate day,
                            DayOf(request.effective_date(), changes, now));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto after, EntitlementsWith(changes, fleet.reader(), {day, before}));
  PositionReader reader(fleet, products_);
  ROLLCALL_RETURN_IF_ERROR(reader.Load(day));
  ROLLCALL_ASSIGN_OR_RETURN(auto moves,
                            PositionMoves(reader, day, std::move(after)));
  v1::PreviewChangeSetResponse response;
  response.set_effective_date(day.ToString());
  response.set_move_count(static_cast<int32_t>(moves.size()));
  for (v1::PositionMove& move : moves) {
    if (response.moves_size() == kMostMoves) break;
    *response.add_moves() = std::move(move);
  }
  return response;
}

}  // namespace rollcall::collector
