// One agent's conversation as a state machine over values: no gRPC, no threads
// of its own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "collector/ingest/held_ids.h"
#include "collector/ingest/report_commit.h"
#include "collector/ingest/report_turn.h"
#include "collector/ingest/stored_subject.h"
#include "collector/ingest/sync_deps.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::collector {

// What to answer.
struct SyncReply {
  std::vector<v1::CollectorMessage> messages;
  // Not OK: send the messages, then end the stream with it.
  absl::Status status;
  // End the stream after the messages, with OK.
  bool end = false;
};

// Not thread-safe: one message at a time, the next only after the reply to the
// last.
class SyncSession {
 public:
  SyncSession(const SyncDeps& deps, AgentId agent)
      : deps_(deps), agent_(agent) {}

  // Handles one message and calls `reply` exactly once: before it returns, or
  // later on the committer's thread where something must become durable first.
  // Reads the store, so it may block. The session must live until then.
  void Handle(const v1::AgentMessage& message,
              const std::function<void(SyncReply)>& reply);

  // Does the same and returns true if the message is a check-in, and no disk is
  // needed until its changes are durable: never blocks. False: nothing was done
  // that Handle does not do again.
  bool HandleAtOnce(const v1::AgentMessage& message,
                    const std::function<void(SyncReply)>& reply);

  // Whether no turn is in progress: the agent's facts are stored.
  bool IsIdle() const { return state_ == State::kIdle; }

  // How long the next message may take.
  absl::Duration Patience() const;

 private:
  enum class State { kHello, kPlanned, kDeltas, kRows, kIdle };
  using Reply = std::function<void(SyncReply)>;

  absl::StatusOr<SyncReply> OnHello(const v1::Hello& hello);
  // Stores the contact, then answers with its nonce.
  void TakeContact(const v1::Hello& hello, SyncReply answer,
                   const Reply& reply);
  SyncReply KeyWasCopied();
  // Asks the agent to come back later.
  SyncReply TurnAway(const absl::Status& why);
  absl::Status OnEvidence(const v1::Evidence& evidence);
  absl::StatusOr<SyncReply> OnRoots(const v1::Roots& roots);
  absl::StatusOr<SyncReply> OnDelta(const v1::Delta& delta);
  absl::Status OnRows(const v1::Rows& rows);
  absl::StatusOr<SyncReply> OnCheckIn(const v1::CheckIn& check_in);
  // Acknowledges what is stored. Where too many streams are held, the agent is
  // to hang up and call back.
  void AckCheckIn(int64_t sequence, SyncReply& reply);
  // Whether the check-in brings all that makes its root of what is stored: then
  // it is prepared.
  absl::StatusOr<bool> TakeChanges(const v1::CheckIn& check_in, RootId root);
  absl::StatusOr<bool> TakeChangesTo(UpdateBasis basis,
                                     const v1::CheckIn& check_in, RootId root);

  v1::CollectorMessage MakePlan(bool equal);
  // Replies; before that, with `commit`, makes what was prepared durable.
  void Answer(absl::StatusOr<SyncReply> result, bool commit,
              const Reply& reply);
  void AnswerCheckIn(absl::StatusOr<SyncReply> result, const Reply& reply);
  // Works out what was said; `basis` is what it was worked out from so far.
  absl::Status Prepare(std::optional<UpdateBasis> basis = std::nullopt);
  // Makes what was prepared durable, then replies with `messages` and an Ack.
  void Commit(std::vector<v1::CollectorMessage> messages, const Reply& reply);
  // The changes were of a head that another conversation has replaced: the
  // agent is to tell the whole.
  SyncReply AskAgain();
  void OnCommitted(std::vector<v1::CollectorMessage> messages,
                   const Reply& reply);
  absl::Status OutOfOrder(absl::string_view message) const;

  const SyncDeps& deps_;
  const AgentId agent_;

  State state_ = State::kHello;
  // Monotonic; of the turn that is under way.
  absl::Duration turn_ends_;
  StoredSubject stored_;
  // The row schema level of this conversation.
  int row_level_ = 0;
  bool wants_evidence_ = false;
  bool wants_roots_ = false;

  std::string agent_version_;

  // The turn in progress, and what its Ack says.
  ReportTurn turn_{deps_, agent_};
  ReportCommit commit_{deps_, agent_};
  int64_t sequence_ = 0;
  // Whether it was worked out from stored_.head.
  bool from_held_head_ = false;
  std::optional<v1::Evidence> evidence_;
  HeldIds held_ids_;
};

}  // namespace rollcall::collector
