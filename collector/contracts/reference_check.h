// Whether what objects refer to is there for as long as they are.
#pragma once

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Checks what the changes say of references, and what they take away from under
// others. REQUIRES: each change was checked by itself.
//
// A line is under its contract, a contract with its vendor and under its
// master, from the day on that it is said, and no longer than that is there.
// What is history (amendments, reviews, audits) refers to what was there at
// some time.
//
// FAILED_PRECONDITION, naming both and what to do.
absl::Status CheckReferences(absl::Span<const v1::ObjectChange> changes,
                             const Reader& reader);

}  // namespace rollcall::collector
