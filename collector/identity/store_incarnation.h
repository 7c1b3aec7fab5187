// The incarnation of the store: a number that is another one after each restore
// from a backup, so that an agent that remembers more than the store is not
// taken for a copy. Kept in the table meta; FORMAT.md says how.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// 1 for a store that was never restored. DATA_LOSS if it is unreadable.
absl::StatusOr<int64_t> ReadStoreIncarnation(const Reader& reader);

// Makes it another one, durably, and returns it: greater than the one before
// and, since the same backup may be restored twice, than any that was made
// before `now`. Nobody else writes to the store meanwhile. Blocking.
absl::StatusOr<int64_t> BeginStoreIncarnation(Engine& engine, absl::Time now);

}  // namespace rollcall::collector
