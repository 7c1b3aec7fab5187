// Other proposals about the same things.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/changes/change_content.h"
#include "collector/changes/change_set_table.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

struct PendingOverlaps {
  // Newest first, each with how many things both are about, and the names of
  // the first.
  std::vector<v1::PendingOverlap> overlaps;
  // There may be more: so many are listed, or so much was read.
  bool more = false;
};

struct OverlapBounds {
  int overlaps = 20;
  int names = 5;
  // Items of other proposals that are read.
  size_t items = 1'000'000;
};

// The proposals of the kind, but for `change_set` itself, that are about things
// that `items` are about. The later of two to take effect makes the approvals
// of the other lapse.
absl::StatusOr<PendingOverlaps> FindPendingOverlaps(
    const ChangeContent& content, const KeptChangeSet& change_set,
    const std::vector<std::string>& items, const Reader& reader,
    const OverlapBounds& bounds = {});

}  // namespace rollcall::collector
