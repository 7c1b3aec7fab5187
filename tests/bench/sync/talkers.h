// The two kinds of talkers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/sync/talker.h"
#include "tests/swarm/raw_stream.h"
#include "tests/swarm/swarm_agent.h"

namespace rollcall::bench {

// What an agent is to say: a check-in, with a change if there is one, after
// which its machine states `report`.
struct AgentStep {
  std::optional<swarm::PreparedChange> change;
  std::shared_ptr<const swarm::Report> report;
};

// An agent of the collector. Ready once it has synced; or, where its first
// message is to be its first sync, once it is connected.
class AgentTalker final : public Talker,
                          private swarm::ReportSource,
                          private swarm::SwarmAgent::Observer {
 public:
  AgentTalker(swarm::StreamLoop& loop, const TlsCredentials& credentials,
              std::shared_ptr<const swarm::Report> report,
              bool begin_at_first_message = false)
      : Talker(loop),
        begin_late_(begin_at_first_message),
        report_(std::move(report)),
        agent_(loop, credentials, *this, *this) {}

  // For the next Talk; without steps it checks in.
  void SetSteps(std::vector<AgentStep> steps) { steps_ = std::move(steps); }
  const swarm::SwarmAgent& agent() const { return agent_; }
  const std::shared_ptr<const swarm::Report>& report() const { return report_; }

 private:
  void Connect(int port) override { agent_.Connect(port); }
  void Say(int message) override;
  void Disconnect() override { agent_.Disconnect(); }
  bool away() const override { return agent_.away(); }

  std::shared_ptr<const swarm::Report> Now() override { return report_; }
  void OnConnected(swarm::SwarmAgent& agent) override;
  void OnSynced(swarm::SwarmAgent& agent) override;
  void OnEnded(swarm::SwarmAgent& agent, const absl::Status& status) override;

  const bool begin_late_;
  std::shared_ptr<const swarm::Report> report_;
  std::vector<AgentStep> steps_;
  swarm::SwarmAgent agent_;
};

// A stream of an echo. Ready once it is connected.
class EchoTalker final : public Talker, private swarm::RawStream::Handler {
 public:
  EchoTalker(swarm::StreamLoop& loop, TlsCredentials credentials,
             std::string message)
      : Talker(loop),
        credentials_(std::move(credentials)),
        message_(std::move(message)),
        stream_(loop, *this) {}

 private:
  void Connect(int port) override;
  void Say(int /*message*/) override { stream_.Send(message_); }
  void Disconnect() override { stream_.Cancel(); }
  bool away() const override { return !stream_.open(); }

  // The first message is echoed before it counts as connected: a stream that
  // only one side knows of is none.
  void OnOpen() override { stream_.Send(message_); }
  void OnMessage(const std::string& /*bytes*/) override { Answered(); }
  void OnEnd(const absl::Status& status) override { Ended(status); }

  const TlsCredentials credentials_;
  const std::string message_;
  swarm::RawStream stream_;
};

}  // namespace rollcall::bench
