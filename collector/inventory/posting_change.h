// What a change of a subject's sets means for postings. Pure; thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "common/id.h"
#include "rollcall/stored/v1/inventory.pb.h"

namespace rollcall::collector {

// The difference between what a subject's head says now and said before; an
// empty head stands for none. DATA_LOSS if a head's sets are malformed.
absl::StatusOr<stored::v1::ChangedSubject> MakePostingChange(
    SubjectId subject, const stored::v1::Head& before,
    const stored::v1::Head& after);

}  // namespace rollcall::collector
