// What of identity a hold keeps.
#pragma once

#include <set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "common/id.h"
#include "rollcall/v1/identity_service.pb.h"

namespace rollcall::collector {

// Whether the device is held; one without subjects any more is not.
absl::StatusOr<bool> IsDeviceHeld(const Reader& reader, DeviceId device);

// Adds the device that the subject belongs to; none if the subject was deleted.
absl::Status AddDeviceOf(const Reader& reader, SubjectId subject,
                         std::set<DeviceId>& devices);

// Whether a device took part in the event that is held now: one of those that
// it names, or the one that a subject belongs to by now that it names.
absl::StatusOr<bool> IsEventHeld(const Reader& reader,
                                 const v1::IdentityEvent& event);

}  // namespace rollcall::collector
