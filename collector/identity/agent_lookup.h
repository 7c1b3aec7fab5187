// What an id that is given as an agent's stands for.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "common/id.h"

namespace rollcall::collector {

// FAILED_PRECONDITION if it is the id of a device, now or before it was merged,
// or of a subject; says which agents that has.
absl::Status CheckNamesAnAgent(const Reader& reader, AgentId agent);

// Whether an agent of this id ever enrolled or reported.
absl::StatusOr<bool> IsAgentHeardOf(const Reader& reader, AgentId agent);

}  // namespace rollcall::collector
