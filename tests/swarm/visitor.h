// An agent that comes, says what its machine holds, and hangs up again, one
// contact at a time: where it matters who speaks when.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/sync.h"
#include "tests/swarm/fleet_generator.h"
#include "tests/swarm/stream_loop.h"
#include "tests/swarm/swarm_agent.h"

namespace rollcall::swarm {

// Blocking; not thread-safe, and never from the loop's thread. All arguments
// but the credentials outlive it.
class Visitor final : private ReportSource, private SwarmAgent::Observer {
 public:
  Visitor(const FleetGenerator& fleet, uint32_t host, StreamLoop& loop,
          const TlsCredentials& credentials);
  // REQUIRES: no visit is under way.
  ~Visitor() override = default;

  // Connects to the collector that listens there. A report of `time` is made
  // ahead.
  void Begin(int port, HostTime time);
  // Waits for the end of what was begun: OK once the collector holds the report
  // and the stream is gone, else what ended it. DEADLINE_EXCEEDED if it goes
  // on.
  absl::Status Await(absl::Duration timeout);

  // Between visits.
  uint32_t host() const { return host_; }
  AgentMemory memory() const { return agent_.memory(); }
  bool must_rekey() const { return agent_.must_rekey(); }
  void Remember(AgentMemory memory) { agent_.Remember(std::move(memory)); }
  void BecomeAnother(const TlsCredentials& credentials) {
    agent_.BecomeAnother(credentials);
  }

 private:
  std::shared_ptr<const Report> Now() override { return report_; }
  void OnConnected(SwarmAgent& agent) override { agent.Begin(); }
  void OnSynced(SwarmAgent& agent) override;
  void OnEnded(SwarmAgent& agent, const absl::Status& status) override;

  const FleetGenerator& fleet_;
  const uint32_t host_;
  StreamLoop& loop_;
  std::shared_ptr<const Report> report_;
  bool synced_ = false;
  SwarmAgent agent_;

  Mutex mutex_;
  CondVar changed_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status result_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::swarm
