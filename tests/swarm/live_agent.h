// One agent of a swarm and the host that it speaks for.
#pragma once

#include <memory>

#include "tests/swarm/draws.h"
#include "tests/swarm/fleet_generator.h"
#include "tests/swarm/swarm_agent.h"
#include "tests/swarm/swarm_client.h"

namespace rollcall::swarm {

// All methods on the loop's thread. All arguments but the credentials outlive
// it, and so does the loop all that it posted.
class LiveAgent final : private ReportSource, private SwarmAgent::Observer {
 public:
  LiveAgent(const FleetGenerator& fleet, uint32_t host, StreamLoop& loop,
            const TlsCredentials& credentials, const SwarmOptions& options,
            SwarmBoard& board);

  // Connects, if it is away and may.
  void Connect();
  void Disconnect() { agent_.Disconnect(); }
  const Standing& standing() const { return standing_; }

 private:
  std::shared_ptr<const Report> Now() override;
  void OnConnected(SwarmAgent& agent) override;
  void OnSynced(SwarmAgent& agent) override;
  void OnEnded(SwarmAgent& agent, const absl::Status& status) override;
  // Says the next thing, unless the stream broke since `stream`.
  void GoOn(int64_t stream);
  absl::Duration Pause();

  const FleetGenerator& fleet_;
  StreamLoop& loop_;
  const SwarmOptions& options_;
  SwarmBoard& board_;
  Draws draws_;
  Standing standing_;
  // The report of standing_.said, once it was asked for.
  std::shared_ptr<const Report> said_;
  int64_t epoch_ = 0;
  // Counts the streams, so that what was planned on one is not done on another.
  int64_t streams_ = 0;
  SwarmAgent agent_;
};

}  // namespace rollcall::swarm
