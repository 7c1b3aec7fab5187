// Which identity events a hold keeps.
#pragma once

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/identity_service.pb.h"

namespace rollcall::collector {

// Whether a device took part in the event that is held now: one of those that
// it names, or the one that a subject belongs to by now that it names.
absl::StatusOr<bool> IsEventHeld(const Reader& reader,
                                 const v1::IdentityEvent& event);

}  // namespace rollcall::collector
