// Finding a device by what people call it.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/identity/subjects.h"

namespace rollcall::collector {

// The device with this id, or unique prefix of an id (4 or more hex digits), or
// host name. INVALID_ARGUMENT if `field` is empty, NOT_FOUND if there is none
// (of one that was merged it says into which), FAILED_PRECONDITION if several
// fit. Reads all devices unless given a whole id.
absl::StatusOr<LinkedDevice> ResolveDevice(const Reader& reader,
                                           absl::string_view field,
                                           absl::string_view text,
                                           KnownStamp as_of);

}  // namespace rollcall::collector
