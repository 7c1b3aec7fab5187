// One simulated agent: the sync protocol as a state machine on a loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/tls.h"
#include "tests/swarm/raw_stream.h"
#include "tests/swarm/report.h"

namespace rollcall::swarm {

// Says what a machine states at the moment.
class ReportSource {
 public:
  virtual ~ReportSource() = default;
  virtual std::shared_ptr<const Report> Now() = 0;
};

// A difference to what was acknowledged last, to ride on a check-in.
struct PreparedChange {
  // Of the report that results; the source gives it from now on.
  RootId subject_root;
  std::vector<v1::SectionChange> changes;
};

// What an agent keeps from stream to stream: what a copy or a backup of its
// disk has too.
struct AgentMemory {
  TlsCredentials credentials;
  std::string nonce;
  int64_t store_incarnation = 0;
  // What was acknowledged last.
  RootId acknowledged;
};

// All methods, and the observer's, on the loop's thread. Holds a report only
// while it syncs, unless told to keep the last one as the base of deltas.
class SwarmAgent final : private RawStream::Handler {
 public:
  class Observer {
   public:
    virtual ~Observer() = default;
    // The stream is open: Begin is due.
    virtual void OnConnected(SwarmAgent& agent) = 0;
    // The collector holds what the agent stated last, for good.
    virtual void OnSynced(SwarmAgent& agent) = 0;
    // The stream and its connection are gone. INTERNAL where the collector
    // broke the protocol; UNAVAILABLE where it asked to come back later;
    // PERMISSION_DENIED where the agent must become another one (must_rekey).
    virtual void OnEnded(SwarmAgent& agent, const absl::Status& status) = 0;
  };

  // All but the credentials outlive this.
  SwarmAgent(StreamLoop& loop, const TlsCredentials& credentials,
             ReportSource& source, Observer& observer, bool keep_base = false)
      : memory_({credentials, "", 0, RootId()}),
        source_(source),
        observer_(observer),
        keep_base_(keep_base),
        stream_(loop, *this) {}

  // REQUIRES: away. OnConnected or OnEnded follows.
  void Connect(int port);
  // Says hello, and whatever it takes until OnSynced. REQUIRES: just connected.
  void Begin();
  // Says that it is there. With `change`: that it holds that. OnSynced follows.
  // REQUIRES: synced.
  void CheckIn(const PreparedChange* change = nullptr);
  // OnEnded follows unless it is away.
  void Disconnect() { stream_.Cancel(); }

  bool away() const { return !stream_.open(); }
  // What the collector acknowledged last, over all streams.
  RootId acknowledged() const { return memory_.acknowledged; }
  const AgentMemory& memory() const { return memory_; }
  // Goes on from there: as a copy of another agent, or as it was before.
  // REQUIRES: away.
  void Remember(AgentMemory memory);
  // Goes on as a new agent. REQUIRES: away.
  void BecomeAnother(const TlsCredentials& credentials) {
    Remember({credentials, "", 0, RootId()});
  }
  // It was told to become another one.
  bool must_rekey() const { return must_rekey_; }
  // Since it was made, of messages alone.
  int64_t bytes_sent() const { return bytes_sent_; }
  int64_t bytes_received() const { return bytes_received_; }
  // Plans that asked for roots in answer to a check-in.
  int64_t turns() const { return turns_; }

 private:
  // Which answer is due.
  enum class Due { kNothing, kPlan, kWant, kNeed, kAck, kPlanOrAck };

  void OnOpen() override;
  void OnMessage(const std::string& bytes) override;
  void OnEnd(const absl::Status& status) override;

  absl::Status OnPlan(const v1::Plan& plan);
  absl::Status OnWant(const v1::Want& want);
  absl::Status OnNeed(const v1::Need& need);
  absl::Status OnAck(const v1::Ack& ack);
  void Offer(const v1::SectionWant& want, bool last);
  void Send(const v1::AgentMessage& message);
  void Synced();

  AgentMemory memory_;
  ReportSource& source_;
  Observer& observer_;
  const bool keep_base_;
  RawStream stream_;

  Due due_ = Due::kNothing;
  absl::Status failure_;
  bool must_rekey_ = false;
  int64_t sequence_ = 0;
  // What a check-in under way promises.
  RootId promised_;
  std::shared_ptr<const Report> base_;
  // The turn in progress.
  std::shared_ptr<const Report> target_;
  std::vector<const EncodedRow*> offered_;

  int64_t bytes_sent_ = 0;
  int64_t bytes_received_ = 0;
  int64_t turns_ = 0;
};

}  // namespace rollcall::swarm
