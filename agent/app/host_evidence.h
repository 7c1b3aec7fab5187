// What tells this host from others, for the agent's own use at start.
#pragma once

#include "agent/app/scanner.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::agent {

// The evidence that a whole scan would give, from the sources that give any, as
// far as `selection` lets them run: nothing is read that was switched off. It
// costs some milliseconds. Blocking.
v1::Evidence ReadHostEvidence(const Scanner& scanner,
                              const SourceSelection& selection);

}  // namespace rollcall::agent
