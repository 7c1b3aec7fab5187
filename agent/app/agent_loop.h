// The agent's life: scan, bring the collector up to date, check in, again.
#pragma once

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/app/kept_facts.h"
#include "agent/app/stop_signal.h"
#include "agent/state/agent_state.h"
#include "agent/uplink/conversation.h"
#include "agent/uplink/facts.h"
#include "agent/uplink/grpc_stream.h"
#include "agent/uplink/section_changes.h"
#include "common/clock.h"
#include "common/random.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::agent {

// Where facts come from. Not thread-safe.
class FactSource {
 public:
  virtual ~FactSource() = default;
  // What the machine is now, without the sources that the collector switched
  // off. A source that fails is data within.
  virtual Facts Scan(absl::Span<const std::string> disabled_sources) = 0;
  // Values that move by themselves, with the cost of the last scan.
  virtual v1::Vitals ReadVitals() = 0;
};

// Makes this another agent, where several machines use one key. Not
// thread-safe.
class Rekeyer {
 public:
  virtual ~Rekeyer() = default;
  // A new key, and a certificate for it, which streams use from then on; or
  // what an attempt before this one lacked of that. Returns the new agent.
  // Blocking.
  virtual absl::StatusOr<AgentId> Rekey() = 0;
};

struct AgentLoopOptions {
  // The first wait after a failure; doubled each time, up to the longest. 30 %
  // jitter is put in.
  absl::Duration shortest_backoff = absl::Seconds(1);
  absl::Duration longest_backoff = absl::Minutes(5);
  // It becomes another agent at most once in that time, whatever it is told.
  absl::Duration rekey_interval = absl::Hours(1);
};

// Not thread-safe. All arguments outlive it.
class AgentLoop {
 public:
  // Without `rekeyer` the key is another's to look after.
  AgentLoop(FactSource& source, Uplink& uplink, StateFile& state,
            Waiter& waiter, const Clock& clock, Random& random,
            AgentLoopOptions options = {}, Rekeyer* rekeyer = nullptr)
      : source_(source),
        uplink_(uplink),
        state_(state),
        waiter_(waiter),
        clock_(clock),
        random_(random),
        options_(options),
        rekeyer_(rekeyer),
        acknowledged_(KeptSets(state.state())),
        row_level_(KeptLevel(state.state())) {}

  // Scans, brings the collector up to date, and checks in once, so that it has
  // the vitals too.
  absl::Status RunOnce();
  // Goes on until the waiter stops. Every failure is logged and tried again.
  void Run();

 private:
  // One stream from Hello to its end. OK if it is to be opened anew: at once,
  // or when the collector asked to be called back.
  absl::Status RunStream();
  // The stream of RunOnce.
  absl::Status TryOnce();
  // Whether it could, where the collector asked for that. Logs why not.
  bool BecomeAnother();
  absl::Status Begin(Conversation& conversation);
  void Scan();
  // Until the facts are too old, or hold what the policy no longer allows.
  absl::Duration UntilScan() const;
  void RememberNonce(const Conversation& conversation);
  void Remember(Conversation& conversation);
  absl::Duration NextBackoff();

  FactSource& source_;
  Uplink& uplink_;
  StateFile& state_;
  Waiter& waiter_;
  const Clock& clock_;
  Random& random_;
  const AgentLoopOptions options_;
  Rekeyer* const rekeyer_;

  // What the collector acknowledged last, on whichever stream, or in a run
  // before this one.
  AcknowledgedSets acknowledged_;
  // The row schema level of the plan that it acknowledged them under.
  int row_level_;
  // The last scan, when it was made, and without which sources.
  std::optional<Facts> facts_;
  absl::Duration scanned_at_;
  std::vector<std::string> scanned_without_;
  // What the collector asked for last, on whichever stream.
  absl::Duration scan_interval_ = Cadence().scan;
  std::vector<std::string> disabled_sources_;
  absl::Duration backoff_;
  std::optional<absl::Duration> retry_after_;
  std::optional<absl::Duration> call_back_after_;
  // The collector asked for another key, and there is none yet.
  bool must_rekey_ = false;
  std::optional<absl::Duration> rekeyed_at_;
};

}  // namespace rollcall::agent
