// How long identity events are kept.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// Deletes the events of before `time` that no hold keeps (held_events.h) and
// returns how many. Which subjects
// belonged to which device is not told by events, so that no answer about
// devices changes; such an event can no longer be undone. Blocking. Where it
// fails, the next call does what is left.
absl::StatusOr<int64_t> DropIdentityEventsBefore(absl::Time time,
                                                 const Engine& engine,
                                                 Committer& committer);

}  // namespace rollcall::collector
