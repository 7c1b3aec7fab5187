// Taking subjects out of what others keep of whose place they took.
#pragma once

#include <set>

#include "absl/status/status.h"
#include "collector/storage/engine.h"
#include "common/id.h"

namespace rollcall::collector {

// Adds the writes after which no link of `others` names an erased subject. Of
// those that lose their heir one that took their place as well becomes it. The
// change carries kMovesName.
absl::Status EraseFromLinks(const std::set<SubjectId>& erased,
                            const std::set<SubjectId>& others,
                            const Reader& reader, Batch& batch);

}  // namespace rollcall::collector
