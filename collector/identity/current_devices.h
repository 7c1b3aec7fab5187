// Which devices subjects belong to now, without walking the fleet.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "collector/identity/subjects.h"

namespace rollcall::collector {

// The device that the subject belongs to. NOT_FOUND if there is no such
// subject; DATA_LOSS if what is stored of it does not fit together.
absl::StatusOr<LinkedDevice> CurrentDeviceOf(const Reader& reader,
                                             SubjectId subject);

// Devices that more than one subject belongs to, ordered by device. Takes time
// by how many subjects ever moved.
absl::StatusOr<std::vector<LinkedDevice>> DevicesOfSeveral(
    const Reader& reader);

}  // namespace rollcall::collector
