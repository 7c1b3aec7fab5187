// What becomes of licence positions when the lines that they rest on change.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "collector/contracts/civil_date.h"
#include "collector/reconcile/fleet_use.h"
#include "collector/reconcile/line_history.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// How many moves are told, and of how many bytes together. Each day has the
// same share of both.
inline constexpr int kMostMoves = 10'000;
inline constexpr size_t kMostMoveBytes = 2 << 20;

struct PositionMoves {
  // Ordered by day, product and metric.
  std::vector<v1::PositionMove> told;
  // Also those that were too many to be told.
  int count = 0;
};

// The positions that move on each of the days with what is proposed of the
// lines. `lines` are those of LinesAround; the days are ordered. REQUIRES: the
// use was loaded. Errors as for FleetUse.
absl::StatusOr<PositionMoves> PositionMovesOn(
    absl::Span<const CivilDate> days, absl::Span<const LineHistory> lines,
    FleetUse& use);

}  // namespace rollcall::collector
