// Objects as they would be if proposed changes were in effect.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "collector/contracts/object_states.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// All entitlements as AllEntitlements gives them, with `changes` known last; of
// these only what is said of entitlements counts. REQUIRES: the changes were
// checked, and none is of another's object from the same day on.
absl::StatusOr<std::vector<v1::Entitlement>> EntitlementsWith(
    absl::Span<const v1::ObjectChange> changes, const Reader& reader,
    const AsAt& at);

}  // namespace rollcall::collector
