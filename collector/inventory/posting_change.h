// What a change of a subject's sets means for postings. Pure; thread-safe.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/id.h"
#include "rollcall/stored/v1/inventory.pb.h"

namespace rollcall::collector {

using HeadSections = std::vector<const stored::v1::HeadSection*>;

// All sections of a head, which outlives them.
HeadSections SectionsOf(const stored::v1::Head& head);

// The difference between what sections of a subject's head say now and said
// before, without ordinal, is_new and is_gone. Those that did not change may be
// left out on both sides. DATA_LOSS if their sets are malformed.
absl::StatusOr<stored::v1::ChangedSubject> MakePostingChange(
    SubjectId subject, const HeadSections& before, const HeadSections& after);

}  // namespace rollcall::collector
