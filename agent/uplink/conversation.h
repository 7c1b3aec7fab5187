// The agent's side of the sync protocol, over any carrier of messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/uplink/facts.h"
#include "agent/uplink/section_changes.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::agent {

// Carries messages in order. Not thread-safe.
class MessageStream {
 public:
  virtual ~MessageStream() = default;
  // UNAVAILABLE or the status that the stream ended with. It may be OK though
  // the stream has ended; Receive then tells.
  virtual absl::Status Send(const v1::AgentMessage& message) = 0;
  // The next message, also of a stream that has ended since; then the status
  // that it ended with, never OK.
  virtual absl::StatusOr<v1::CollectorMessage> Receive() = 0;
};

// What the collector asked for, as far as the agent goes by it.
struct Cadence {
  absl::Duration check_in = absl::Minutes(5);
  absl::Duration scan = absl::Hours(1);
};

// One stream's conversation, from Hello to its end. Not thread-safe. The stream
// outlives it.
//
// Facts are given at kRowLevel and sent at the level that the collector plans
// for.
//
// Every method fails with the stream's status; with UNAVAILABLE where the
// collector asks the agent to come back later (retry_after() then says when);
// with INTERNAL where the collector breaks the protocol. After an error only a
// new stream and a new conversation help.
class Conversation {
 public:
  // `acknowledged` is what a collector acknowledged on an earlier stream, as
  // far as it is known, and `row_level` the level of its last plan.
  explicit Conversation(MessageStream& stream,
                        AcknowledgedSets acknowledged = {},
                        int row_level = kRowLevel)
      : stream_(stream),
        acknowledged_(std::move(acknowledged)),
        row_level_(row_level) {}

  // Says Hello and sends what the collector lacks; returns once `facts` are
  // durable there. `nonce` is the next_nonce() of the conversation before;
  // empty if there was none.
  absl::Status Begin(const Facts& facts, int64_t last_incarnation,
                     absl::string_view nonce = "");

  // Says that the agent is there and holds `facts`; sends what the collector
  // lacks. REQUIRES: Begin succeeded.
  absl::Status CheckIn(const Facts& facts, const v1::Vitals& vitals);

  const Cadence& cadence() const { return cadence_; }
  const std::optional<absl::Duration>& retry_after() const {
    return retry_after_;
  }
  // Set where a check-in was acknowledged and the collector would rather not
  // hold the stream: hang up, and call back after that.
  const std::optional<absl::Duration>& call_back_after() const {
    return call_back_after_;
  }
  // Where Begin failed with PERMISSION_DENIED: another machine had this agent's
  // key first, and this one needs its own.
  bool must_rekey() const { return must_rekey_; }
  int64_t store_incarnation() const { return store_incarnation_; }
  // To be kept durably before the next Hello, also where Begin failed; empty if
  // the collector gave none.
  const std::string& next_nonce() const { return next_nonce_; }
  // Bytes of all messages sent, before TLS and framing.
  int64_t bytes_sent() const { return bytes_sent_; }
  // The sets of the facts that the collector acknowledged last.
  const AcknowledgedSets& acknowledged() const { return acknowledged_; }
  // The level of the last plan that was followed.
  int row_level() const { return row_level_; }
  // The facts as they are sent: at that level. Valid until it is called again,
  // and as long as `facts` are.
  const Facts& AsSent(const Facts& facts);
  // Sources that the collector's policy switches off.
  const std::vector<std::string>& disabled_sources() const {
    return disabled_sources_;
  }

 private:
  absl::Status FollowPlan(const v1::Plan& plan, const Facts& facts);
  absl::Status SendRoots(const Facts& facts);
  absl::Status SendDeltas(const v1::Want& want, const Facts& facts);
  absl::Status SendRows(const std::string& unknown, const Facts& facts);
  absl::Status AwaitAck(const Facts& facts);
  v1::Delta MakeDelta(const v1::SectionWant& want, const FactSection& section);
  absl::Status Send(const v1::AgentMessage& message);
  absl::StatusOr<v1::CollectorMessage> Receive();

  MessageStream& stream_;
  // At row_level_.
  AcknowledgedSets acknowledged_;
  int row_level_;
  // What AsSent made last, and the root of what it was made of.
  std::optional<Facts> lowered_;
  RootId lowered_from_;
  // The rows that the deltas of this turn added, in their order.
  std::vector<const FactRow*> offered_;
  Cadence cadence_;
  std::vector<std::string> disabled_sources_;
  std::optional<absl::Duration> retry_after_;
  bool must_rekey_ = false;
  std::optional<absl::Duration> call_back_after_;
  int64_t store_incarnation_ = 0;
  std::string next_nonce_;
  int64_t sequence_ = 0;
  int64_t bytes_sent_ = 0;
};

}  // namespace rollcall::agent
