#include "tests/bench/sync/talkers.h"

namespace rollcall::bench {

void AgentTalker::Say(int message) {
  if (begin_late_ && agent_.acknowledged().IsZero()) {
    agent_.Begin();
    return;
  }
  if (steps_.empty()) {
    agent_.CheckIn();
    return;
  }
  const AgentStep& step = steps_[static_cast<size_t>(message)];
  if (step.report != nullptr) report_ = step.report;
  agent_.CheckIn(step.change.has_value() ? &*step.change : nullptr);
}

void AgentTalker::OnConnected(swarm::SwarmAgent& agent) {
  if (begin_late_ && agent.acknowledged().IsZero()) {
    Answered();
  } else {
    agent.Begin();
  }
}

void AgentTalker::OnSynced(swarm::SwarmAgent& /*agent*/) { Answered(); }

void AgentTalker::OnEnded(swarm::SwarmAgent& /*agent*/,
                          const absl::Status& status) {
  Ended(status);
}

void EchoTalker::Connect(int port) {
  stream_.Open(swarm::MakeChannel(port, credentials_),
               "/rollcall.v1.SyncService/Sync");
}

}  // namespace rollcall::bench
