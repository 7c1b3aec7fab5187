// The facts that a collector acknowledged, from run to run: so that an agent
// that starts again sends a difference, and a source that fails at its first
// scan has rows to stand on.
#pragma once

#include <optional>

#include "agent/app/scanner.h"
#include "agent/state/agent_state.h"
#include "agent/uplink/facts.h"
#include "agent/uplink/section_changes.h"

namespace rollcall::agent {

// The facts of a scan in the form that is sent.
Facts ToFacts(const Scan& scan);

// Replaces the sections of `state`, at the level of `facts`.
void KeepSections(const Facts& facts, stored::v1::AgentState& state);

// The sections of `state` as a scan without evidence and vitals, at kRowLevel;
// nothing if there are none, or if any of it is damaged or of a level that this
// build does not know: then the next scan stands alone.
std::optional<Scan> KeptScan(const stored::v1::AgentState& state);
// Its sets, at their own level; empty where KeptScan gives nothing.
AcknowledgedSets KeptSets(const stored::v1::AgentState& state);
// That level; kRowLevel where KeptScan has no sections to give.
int KeptLevel(const stored::v1::AgentState& state);

}  // namespace rollcall::agent
