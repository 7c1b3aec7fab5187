// What the agent remembers from run to run.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/id.h"
#include "rollcall/stored/v1/agent_state.pb.h"

namespace rollcall::agent {

// A file in the agent's state folder. State is a set of facts that can be
// gathered anew, so a lost or damaged file costs nothing but a log line. Not
// thread-safe.
class StateFile {
 public:
  // `folder` is made if missing; empty: state lasts as long as this.
  // PERMISSION_DENIED and the like name the folder.
  static absl::StatusOr<StateFile> Open(const std::string& folder);

  const stored::v1::AgentState& state() const { return state_; }
  // Makes it the state of this agent, durably: of what another agent left,
  // nothing stays. On an error that is so for as long as this lasts.
  absl::Status BelongTo(AgentId agent);
  // Keeps `state` durably, if it differs from what is kept.
  absl::Status Keep(const stored::v1::AgentState& state);

 private:
  explicit StateFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
  stored::v1::AgentState state_;
};

}  // namespace rollcall::agent
