// The agent put together.
#pragma once

#include "absl/status/status.h"
#include "agent/app/options.h"

namespace rollcall::agent {

// Does what the options say; returns when it is done, or, as a daemon, when
// SIGTERM or SIGINT came. Blocks both signals for the process.
absl::Status RunAgent(const AgentOptions& options);

}  // namespace rollcall::agent
