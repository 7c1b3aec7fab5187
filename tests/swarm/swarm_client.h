// Many agents in one process that live like real ones: each connects, syncs,
// checks in, upgrades a package now and then, and connects anew after a break.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sync.h"
#include "common/tls.h"
#include "tests/swarm/fleet_generator.h"
#include "tests/swarm/stream_loop.h"

namespace rollcall::swarm {

struct SwarmOptions {
  // Threads that carry the agents.
  int loops = 1;
  // What an agent waits between what it says, at most; drawn evenly. The same
  // before it connects anew.
  absl::Duration pause = absl::Milliseconds(200);
  // One of so many check-ins brings an upgraded package.
  uint32_t upgrade_one_of = 2;
  // Gives an agent that is told to become another one a key and a certificate
  // of its own for those that it has, on its loop's thread. Without it, or
  // where that fails, it comes again with those.
  std::function<absl::StatusOr<TlsCredentials>(const TlsCredentials& old)>
      rekey;
};

// What an agent was promised, and what it said last: the collector holds the
// one or the other.
struct Standing {
  uint32_t host = 0;
  // Whether anything was acknowledged yet.
  bool acknowledged_once = false;
  HostTime acknowledged;
  HostTime said;
};

class LiveAgent;

// What its agents tell their swarm. Thread-safe.
class SwarmBoard {
 public:
  // Where to connect, and whether to.
  std::atomic<int> port{0};
  std::atomic<bool> held{false};

  void NoteConnecting();
  void NoteEnded(const absl::Status& status);
  // `epoch` is the agent's own count of the rounds that it synced in.
  void NoteSynced(int64_t& epoch);

  // Starts a round; returns once `agents` synced in it, or false in the end.
  bool AwaitRound(int64_t agents, absl::Duration timeout);
  bool AwaitAcknowledgements(int64_t more, absl::Duration timeout);
  bool AwaitTurnedAway(int64_t more, absl::Duration timeout);
  bool AwaitAllAway(absl::Duration timeout);
  // INTERNAL if the collector broke the protocol with any agent.
  absl::Status health() const;
  // How things stand, for who waits in vain.
  std::string Describe() const;

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  int64_t round_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t synced_in_round_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t acknowledgements_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t turned_away_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t open_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  // How the last stream ended.
  absl::Status last_end_ ABSL_GUARDED_BY(mutex_);
};

// Thread-safe.
class SwarmClient {
 public:
  // Agent i speaks for host i, with its own credentials. The fleet outlives
  // this.
  SwarmClient(const FleetGenerator& fleet,
              std::vector<TlsCredentials> credentials,
              const SwarmOptions& options);
  // Disconnects all.
  ~SwarmClient();

  // Connects all agents to the collector that listens there; after Hold too.
  void Release(int port);
  // No agent connects any more; those that are connected go on.
  void Hold();
  // Hold, and disconnects all.
  void Disconnect();

  // Until every agent was acknowledged something once more.
  bool AwaitAllSynced(absl::Duration timeout);
  bool AwaitAcknowledgements(int64_t more, absl::Duration timeout);
  // Until so many more streams ended since the collector is UNAVAILABLE.
  bool AwaitTurnedAway(int64_t more, absl::Duration timeout);
  // REQUIRES: held, and the collector gone or the agents told to disconnect.
  bool AwaitAllAway(absl::Duration timeout);

  // In the order of hosts.
  std::vector<Standing> Standings();
  absl::Status health() const { return board_.health(); }
  std::string Describe() const { return board_.Describe(); }

 private:
  void OnEachLoop(const std::function<void(LiveAgent&)>& work);

  const SwarmOptions options_;
  SwarmBoard board_;
  std::vector<std::unique_ptr<LiveAgent>> agents_;
  std::vector<std::unique_ptr<StreamLoop>> loops_;
};

}  // namespace rollcall::swarm
