// Which subjects make up which devices, read from the edges between them.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "collector/identity/subjects.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/known_stamp.h"
#include "common/id.h"

namespace rollcall::collector {

// The devices whose edges have keys that start with `prefix` and that had a
// subject as known at `as_of`, ordered by device. DATA_LOSS if a subject is
// missing; blocking.
absl::StatusOr<std::vector<LinkedDevice>> ReadDevices(const Reader& reader,
                                                      KeyWriter prefix,
                                                      KnownStamp as_of);

// The first `most` of all devices after `after`, in the same way. Takes about
// as long for one of many as for one of a few.
absl::StatusOr<std::vector<LinkedDevice>> ReadDevicesAfter(const Reader& reader,
                                                           DeviceId after,
                                                           size_t most,
                                                           KnownStamp as_of);

}  // namespace rollcall::collector
