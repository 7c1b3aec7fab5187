// The lines that proposed changes may move positions with, from the store.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "collector/reconcile/line_history.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// The lines that `changes` are of, and all that are or were of a product that
// one of those is, was or would be of; as was known at a time. In the order of
// ListEntitlements; none if no change is of a line. REQUIRES: the changes were
// checked, and none is of another's object from the same day on. DATA_LOSS,
// UNAVAILABLE as for Table.
absl::StatusOr<std::vector<LineHistory>> LinesAround(
    std::vector<v1::ObjectChange> changes, const Reader& reader,
    KnownStamp known);

}  // namespace rollcall::collector
