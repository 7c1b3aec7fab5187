// Agents that are turned away.
#pragma once

#include <functional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "common/id.h"
#include "common/sync.h"
#include "rollcall/v1/enrolment_service.pb.h"

namespace rollcall::collector {

// The agents that were revoked, in memory and stored. Thread-safe; all
// arguments outlive it.
class Revocations {
 public:
  // Told of an agent once its revocation is stored: ends its streams and says
  // how many.
  using Ender = std::function<int(AgentId agent)>;

  Revocations(const Engine& engine, Committer& committer)
      : engine_(engine), committer_(committer) {}

  // Reads what is stored; called once, before anybody asks. Blocking.
  absl::Status Load();
  // Called once, before anybody revokes.
  void SetEnder(Ender ender);

  // Since when the agent is revoked; InfiniteFuture if it is not. Does not
  // block.
  absl::Time RevokedSince(AgentId agent) const;
  bool IsRevoked(AgentId agent) const {
    return RevokedSince(agent) != absl::InfiniteFuture();
  }
  // What an agent that is revoked is told.
  static absl::Status Refusal(AgentId agent);

  // Answers EnrolmentService.RevokeAgent. What changes nothing is not logged.
  // Blocking.
  absl::StatusOr<v1::RevokeAgentResponse> Revoke(
      const v1::RevokeAgentRequest& request, absl::string_view principal);

  int64_t count() const;

 private:
  // Writes it, unless the agent is revoked already, and answers what is stored.
  absl::StatusOr<v1::RevokeAgentResponse> Store(AgentId agent,
                                                const std::string& reason,
                                                absl::string_view principal);

  const Engine& engine_;
  Committer& committer_;
  mutable Mutex mutex_;
  Ender ender_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<AgentId, absl::Time> since_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
