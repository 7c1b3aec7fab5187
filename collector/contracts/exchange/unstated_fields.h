// What a file leaves as it is, since it has no column for it. Pure.
#pragma once

#include <string>

#include "absl/types/span.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Adds to `line`, as a file says it, what was said of it before in fields that
// its file says nothing of. `stated_fields` are names of EntitlementFields, and
// "tag:NAME" for tags. A price is kept where the file states none of either
// kind; packs, and a price for each, where it states none and the quantity is
// as before.
void KeepUnstated(absl::Span<const std::string> stated_fields,
                  const v1::Entitlement& before, v1::Entitlement& line);

}  // namespace rollcall::collector
