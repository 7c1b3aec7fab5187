#include "collector/ingest/sync_session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/ingest/agent_messages.h"
#include "collector/ingest/check_in_changes.h"
#include "collector/ingest/hello_contact.h"
#include "collector/inventory/subject_state.h"
#include "collector/storage/memory_reads.h"
#include "common/log.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

// Kept in memory for each subject, with what a later version may add.
constexpr size_t kMaxVitalsBytes = 256;

v1::CollectorMessage MakeAck(int64_t sequence, RootId root) {
  v1::CollectorMessage message;
  message.mutable_ack()->set_sequence(sequence);
  message.mutable_ack()->set_subject_root(root.ToBytes());
  return message;
}

}  // namespace

absl::Status SyncSession::OutOfOrder(absl::string_view message) const {
  return absl::FailedPreconditionError(
      absl::StrCat(message, " came out of order; start again with hello"));
}

bool SyncSession::HandleAtOnce(const v1::AgentMessage& message,
                               const Reply& reply) {
  if (!message.has_check_in()) return false;
  absl::StatusOr<SyncReply> result;
  {
    const MemoryReads no_disk;
    result = OnCheckIn(message.check_in());
  }
  if (IsNotInMemory(result.status())) return false;
  AnswerCheckIn(std::move(result), reply);
  return true;
}

absl::Duration SyncSession::Patience() const {
  switch (state_) {
    case State::kHello:
      return deps_.options.hello_within;
    case State::kIdle:
      return 3 * deps_.options.check_in_interval + absl::Minutes(1);
    case State::kPlanned:
      break;
    case State::kDeltas:
    case State::kRows:
      return std::clamp(turn_ends_ - deps_.clock.Monotonic(),
                        absl::ZeroDuration(), deps_.options.message_within);
  }
  return deps_.options.message_within;
}

void SyncSession::Handle(const v1::AgentMessage& message, const Reply& reply) {
  absl::StatusOr<SyncReply> result = SyncReply();
  bool commit = false;
  switch (message.message_case()) {
    case v1::AgentMessage::kHello:
      result = OnHello(message.hello());
      if (result.ok()) {
        return TakeContact(message.hello(), *std::move(result), reply);
      }
      break;
    case v1::AgentMessage::kEvidence: {
      const absl::Status status = OnEvidence(message.evidence());
      if (!status.ok()) result = status;
      commit = status.ok() && !wants_roots_;
      break;
    }
    case v1::AgentMessage::kRoots:
      result = OnRoots(message.roots());
      commit = result.ok() && !turn_.AwaitsDelta();
      break;
    case v1::AgentMessage::kDelta:
      result = OnDelta(message.delta());
      commit = result.ok() && !turn_.AwaitsDelta() && !turn_.AskedForRows();
      break;
    case v1::AgentMessage::kRows: {
      const absl::Status status = OnRows(message.rows());
      if (!status.ok()) result = status;
      commit = status.ok() && message.rows().last();
      break;
    }
    case v1::AgentMessage::kCheckIn:
      return AnswerCheckIn(OnCheckIn(message.check_in()), reply);
    case v1::AgentMessage::kChallengeAnswer:
      // Of those that were asked for nothing reaches this.
      result = OutOfOrder("challenge_answer");
      break;
    case v1::AgentMessage::MESSAGE_NOT_SET:
      result = absl::InvalidArgumentError(
          "the message holds nothing that this collector knows");
  }
  if (commit) {
    const absl::Status prepared = Prepare();
    if (!prepared.ok()) result = prepared;
  }
  Answer(std::move(result), commit, reply);
}

void SyncSession::Answer(absl::StatusOr<SyncReply> result, bool commit,
                         const Reply& reply) {
  if (!result.ok()) {
    reply(SyncReply{{}, result.status(), true});
  } else if (commit) {
    Commit(std::move(result->messages), reply);
  } else {
    reply(*std::move(result));
  }
}

void SyncSession::AnswerCheckIn(absl::StatusOr<SyncReply> result,
                                const Reply& reply) {
  // Neither acknowledged nor answered by a plan.
  const bool commit = result.ok() && result->messages.empty();
  Answer(std::move(result), commit, reply);
}

absl::StatusOr<SyncReply> SyncSession::OnHello(const v1::Hello& hello) {
  if (state_ != State::kHello) return OutOfOrder("hello");
  ROLLCALL_RETURN_IF_ERROR(ValidateHello(hello));
  ROLLCALL_ASSIGN_OR_RETURN(row_level_,
                            ChooseRowLevel(hello, deps_.options.row_level));
  ROLLCALL_ASSIGN_OR_RETURN(
      const RootId root, RootFrom("hello.subject_root", hello.subject_root()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const RootId evidence_hash,
      RootFrom("hello.evidence_hash", hello.evidence_hash()));
  ROLLCALL_ASSIGN_OR_RETURN(stored_, ReadStoredSubject(deps_, agent_));
  wants_evidence_ = !stored_.known || stored_.evidence_hash != evidence_hash;
  agent_version_ = ToValidUtf8(hello.agent_version());
  const bool equal = stored_.root == root && stored_.row_level == row_level_ &&
                     RootLevelOf(hello) == row_level_;
  wants_roots_ = !equal;
  state_ = wants_roots_ || wants_evidence_ ? State::kPlanned : State::kIdle;
  SyncReply reply;
  reply.messages.push_back(MakePlan(equal));
  return reply;
}

void SyncSession::TakeContact(const v1::Hello& hello, SyncReply answer,
                              const Reply& reply) {
  const auto contact =
      ReadContact(hello, agent_, deps_.store_incarnation, deps_.clock.Now());
  if (!contact.ok()) return reply(SyncReply{{}, contact.status(), true});
  const absl::Status submitted = RecordContact(
      *contact, stored_.known ? std::optional(stored_.id) : std::nullopt,
      deps_.committer, deps_.random,
      [this, answer, reply](absl::StatusOr<ContactOutcome> outcome) mutable {
        if (!outcome.ok()) {
          return reply(SyncReply{{}, outcome.status(), true});
        }
        if (outcome->verdict == ContactVerdict::kPaused) {
          ++deps_.stats.contacts_paused;
        }
        if (outcome->must_rekey) {
          return reply(KeyWasCopied());
        }
        // Not of a copy: it would keep the device that it was made of seen.
        if (IsIdle()) {
          deps_.last_seen.Note(stored_.id, deps_.clock.Now(), std::nullopt);
        }
        answer.messages[0].mutable_plan()->set_next_nonce(
            outcome->next_nonce.ToBytes());
        reply(std::move(answer));
      });
  if (!submitted.ok()) reply(TurnAway(submitted));
}

SyncReply SyncSession::KeyWasCopied() {
  ++deps_.stats.identity_conflicts;
  Log(LogLevel::kWarning, "an agent's key is used by several machines",
      {{"agent", agent_.ToHex()}});
  SyncReply refusal;
  refusal.status = CopiedKeyRefusal();
  refusal.end = true;
  refusal.messages.emplace_back().mutable_rekey()->set_reason(
      std::string(refusal.status.message()));
  return refusal;
}

SyncReply SyncSession::TurnAway(const absl::Status& why) {
  SyncReply busy;
  v1::Retry& retry = *busy.messages.emplace_back().mutable_retry();
  *retry.mutable_after() =
      ToProto(deps_.random.Jitter(deps_.options.retry_after, 50));
  retry.set_reason(std::string(why.message()));
  busy.end = true;
  return busy;
}

v1::CollectorMessage SyncSession::MakePlan(bool equal) {
  v1::CollectorMessage message;
  v1::Plan& plan = *message.mutable_plan();
  plan.set_row_level(row_level_);
  *plan.mutable_check_in_interval() =
      ToProto(deps_.random.Jitter(deps_.options.check_in_interval, 20));
  *plan.mutable_scan_interval() =
      ToProto(deps_.random.Jitter(deps_.options.scan_interval, 20));
  plan.set_equal(equal);
  plan.set_send_roots(wants_roots_);
  plan.set_send_evidence(wants_evidence_);
  plan.set_store_incarnation(deps_.store_incarnation);
  return message;
}

absl::Status SyncSession::OnEvidence(const v1::Evidence& evidence) {
  if (state_ != State::kPlanned || !wants_evidence_) {
    return OutOfOrder("evidence");
  }
  ROLLCALL_RETURN_IF_ERROR(ValidateEvidence(evidence));
  ROLLCALL_RETURN_IF_ERROR(CheckSameDevice(stored_, evidence, agent_, deps_));
  evidence_ = evidence;
  wants_evidence_ = false;
  return absl::OkStatus();
}

absl::StatusOr<SyncReply> SyncSession::OnRoots(const v1::Roots& roots) {
  if (state_ != State::kPlanned || !wants_roots_) return OutOfOrder("roots");
  if (wants_evidence_) {
    return absl::FailedPreconditionError(
        "roots came before the evidence that the plan asked for");
  }
  TurnSubject subject = {stored_.id, {}, row_level_};
  if (stored_.known) {
    ROLLCALL_ASSIGN_OR_RETURN(auto stored, ReadHead(deps_.engine, stored_.id));
    if (stored.has_value()) subject.head = *std::move(stored);
  }
  SyncReply reply;
  ROLLCALL_ASSIGN_OR_RETURN(*reply.messages.emplace_back().mutable_want(),
                            turn_.Begin(roots, std::move(subject)));
  state_ = State::kDeltas;
  turn_ends_ = deps_.clock.Monotonic() + deps_.options.turn_within;
  return reply;
}

absl::StatusOr<SyncReply> SyncSession::OnDelta(const v1::Delta& delta) {
  if (state_ != State::kDeltas || !turn_.AwaitsDelta()) {
    return OutOfOrder("delta");
  }
  ROLLCALL_RETURN_IF_ERROR(turn_.TakeDelta(delta));
  SyncReply reply;
  if (turn_.AwaitsDelta()) return reply;
  ROLLCALL_ASSIGN_OR_RETURN(*reply.messages.emplace_back().mutable_need(),
                            turn_.AskForRows());
  state_ = State::kRows;
  return reply;
}

absl::Status SyncSession::OnRows(const v1::Rows& rows) {
  if (state_ != State::kRows) return OutOfOrder("rows");
  return turn_.TakeRows(rows);
}

absl::StatusOr<SyncReply> SyncSession::OnCheckIn(const v1::CheckIn& check_in) {
  if (state_ != State::kIdle) return OutOfOrder("check_in");
  ROLLCALL_ASSIGN_OR_RETURN(
      const RootId root,
      RootFrom("check_in.subject_root", check_in.subject_root()));
  if (check_in.vitals().ByteSizeLong() > kMaxVitalsBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("check_in.vitals has ", check_in.vitals().ByteSizeLong(),
                     " bytes; at most ", kMaxVitalsBytes));
  }
  const bool equal = stored_.root == root;
  bool complete = false;
  if (!equal) {
    wants_roots_ = true;
    ROLLCALL_ASSIGN_OR_RETURN(complete, TakeChanges(check_in, root));
  }
  ++deps_.stats.check_ins;
  deps_.last_seen.Note(stored_.id, deps_.clock.Now(), check_in.vitals());
  SyncReply reply;
  if (equal) {
    AckCheckIn(check_in.sequence(), reply);
  } else if (!complete) {
    state_ = State::kPlanned;
    reply.messages.push_back(MakePlan(/*equal=*/false));
  }
  return reply;
}

void SyncSession::AckCheckIn(int64_t sequence, SyncReply& reply) {
  v1::CollectorMessage& message =
      reply.messages.emplace_back(MakeAck(sequence, *stored_.root));
  if (deps_.stats.streams <= deps_.options.held_streams) return;
  ++deps_.stats.streams_hung_up;
  *message.mutable_ack()->mutable_call_back_after() =
      ToProto(deps_.random.Jitter(deps_.options.call_back_after, 20));
  reply.end = true;
}

absl::StatusOr<bool> SyncSession::TakeChanges(const v1::CheckIn& check_in,
                                              RootId root) {
  if (check_in.changes().empty()) return false;
  if (auto head = std::exchange(stored_.head, {}); head.has_value()) {
    // If it was replaced, it is not committed; what it refers to may be gone.
    const auto taken = TakeChangesTo(
        {deps_.content.rows.pins().Take(), std::move(head)}, check_in, root);
    from_held_head_ = taken.value_or(false);
    if (IsNotInMemory(taken.status()) || from_held_head_) return taken;
  }
  ROLLCALL_ASSIGN_OR_RETURN(UpdateBasis basis,
                            ReadBasis(deps_.engine, deps_.content, stored_.id));
  return TakeChangesTo(std::move(basis), check_in, root);
}

absl::StatusOr<bool> SyncSession::TakeChangesTo(UpdateBasis basis,
                                                const v1::CheckIn& check_in,
                                                RootId root) {
  ROLLCALL_ASSIGN_OR_RETURN(
      auto update,
      ApplyChanges(check_in.changes(), {deps_.engine, deps_.content, stored_.id,
                                        basis, row_level_, root, held_ids_}));
  if (!update.has_value()) return false;
  ROLLCALL_RETURN_IF_ERROR(turn_.TakeWhole(*std::move(update)));
  ROLLCALL_RETURN_IF_ERROR(Prepare(std::move(basis)));
  sequence_ = check_in.sequence();
  ++deps_.stats.changes_taken;
  return true;
}

absl::Status SyncSession::Prepare(std::optional<UpdateBasis> basis) {
  ReportCommit::Turn turn = {nullptr, std::move(basis),
                             std::exchange(evidence_, {})};
  if (wants_roots_) {
    SubjectUpdate& update = turn_.update();
    update.subject = stored_.id;
    update.agent = agent_;
    update.agent_version = agent_version_;
    update.row_level = row_level_;
    turn.update = &update;
  }
  return commit_.Prepare(stored_, std::move(turn));
}

void SyncSession::Commit(std::vector<v1::CollectorMessage> messages,
                         const Reply& reply) {
  const bool held = std::exchange(from_held_head_, false);
  const absl::Status submitted =
      commit_.Submit([this, held, messages = std::move(messages),
                      reply](const absl::StatusOr<KnownStamp>& stamp) {
        if (stamp.ok()) return OnCommitted(messages, reply);
        const bool replaced =
            held && absl::IsFailedPrecondition(stamp.status());
        reply(replaced ? AskAgain() : SyncReply{{}, stamp.status(), true});
      });
  if (!submitted.ok()) reply(TurnAway(submitted));
}

SyncReply SyncSession::AskAgain() {
  turn_.Clear();
  sequence_ = 0;
  state_ = State::kPlanned;
  SyncReply reply;
  reply.messages.push_back(MakePlan(/*equal=*/false));
  return reply;
}

void SyncSession::OnCommitted(std::vector<v1::CollectorMessage> messages,
                              const Reply& reply) {
  ++deps_.stats.syncs_committed;
  wants_roots_ = false;
  turn_.Clear();
  state_ = State::kIdle;
  SyncReply answer{std::move(messages), absl::OkStatus(), false};
  if (const int64_t sequence = std::exchange(sequence_, 0); sequence != 0) {
    // It was noted when it came.
    AckCheckIn(sequence, answer);
  } else {
    deps_.last_seen.Note(stored_.id, deps_.clock.Now(), std::nullopt);
    answer.messages.push_back(MakeAck(0, *stored_.root));
  }
  reply(std::move(answer));
}

}  // namespace rollcall::collector
