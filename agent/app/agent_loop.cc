#include "agent/app/agent_loop.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/log.h"
#include "common/status.h"

namespace rollcall::agent {

absl::Status AgentLoop::RunOnce() {
  const absl::Status status = TryOnce();
  return BecomeAnother() ? TryOnce() : status;
}

absl::Status AgentLoop::TryOnce() {
  Scan();
  const std::unique_ptr<MessageStream> stream = uplink_.Open();
  Conversation conversation(*stream, acknowledged_, row_level_);
  ROLLCALL_RETURN_IF_ERROR(Begin(conversation));
  return conversation.CheckIn(*facts_, source_.ReadVitals());
}

bool AgentLoop::BecomeAnother() {
  if (!must_rekey_ || rekeyer_ == nullptr) return false;
  const absl::Duration now = clock_.Monotonic();
  if (rekeyed_at_.has_value() && now - *rekeyed_at_ < options_.rekey_interval) {
    return false;
  }
  const absl::StatusOr<AgentId> agent = rekeyer_->Rekey();
  if (!agent.ok()) {
    Log(LogLevel::kWarning, "cannot become another agent yet",
        {{"error", agent.status().message()}});
    return false;
  }
  rekeyed_at_ = now;
  must_rekey_ = false;
  Log(LogLevel::kWarning,
      "another machine had this agent's key first; this is a new agent now",
      {{"agent", agent->ToHex()}});
  const absl::Status kept = state_.BelongTo(*agent);
  if (!kept.ok()) {
    Log(LogLevel::kWarning, "cannot keep the agent's state",
        {{"error", kept.message()}});
  }
  acknowledged_ = KeptSets(state_.state());
  row_level_ = KeptLevel(state_.state());
  return true;
}

void AgentLoop::Run() {
  backoff_ = options_.shortest_backoff;
  while (!waiter_.stopped()) {
    retry_after_.reset();
    call_back_after_.reset();
    BecomeAnother();
    const absl::Status status = RunStream();
    if (waiter_.stopped()) return;
    if (call_back_after_.has_value()) {
      uplink_.HangUp();
      waiter_.WaitFor(*call_back_after_);
    }
    if (status.ok()) continue;
    // Nobody holds a connection for one who was sent away.
    if (retry_after_.has_value()) uplink_.HangUp();
    const absl::Duration wait =
        retry_after_.has_value() ? *retry_after_ : NextBackoff();
    Log(LogLevel::kWarning, "not in step with the collector; trying again",
        {{"error", status.message()}, {"after", absl::FormatDuration(wait)}});
    waiter_.WaitFor(wait);
  }
}

absl::Duration AgentLoop::NextBackoff() {
  const absl::Duration wait = random_.Jitter(backoff_, 30);
  backoff_ = std::min(2 * backoff_, options_.longest_backoff);
  return wait;
}

void AgentLoop::Scan() {
  facts_ = source_.Scan(disabled_sources_);
  scanned_at_ = clock_.Monotonic();
  scanned_without_ = disabled_sources_;
}

absl::Duration AgentLoop::UntilScan() const {
  if (!facts_.has_value() || scanned_without_ != disabled_sources_) {
    return absl::ZeroDuration();
  }
  const absl::Duration left = scanned_at_ + scan_interval_ - clock_.Monotonic();
  return std::max(left, absl::ZeroDuration());
}

absl::Status AgentLoop::Begin(Conversation& conversation) {
  const absl::Status status = conversation.Begin(
      *facts_, state_.state().store_incarnation(), state_.state().nonce());
  retry_after_ = conversation.retry_after();
  if (status.ok() || conversation.must_rekey()) {
    must_rekey_ = conversation.must_rekey();
  }
  if (!status.ok()) {
    RememberNonce(conversation);
    return status;
  }
  Remember(conversation);
  Log(LogLevel::kInfo, "in step with the collector",
      {{"root", facts_->subject_root.ToHex()},
       {"bytes_sent", conversation.bytes_sent()}});
  return absl::OkStatus();
}

absl::Status AgentLoop::RunStream() {
  // However long there was no stream, the facts are not older than they may be.
  if (UntilScan() == absl::ZeroDuration()) Scan();
  const std::unique_ptr<MessageStream> stream = uplink_.Open();
  Conversation conversation(*stream, acknowledged_, row_level_);
  ROLLCALL_RETURN_IF_ERROR(Begin(conversation));
  // At once, so that the vitals of this start are known.
  while (true) {
    const absl::Status status =
        conversation.CheckIn(*facts_, source_.ReadVitals());
    retry_after_ = conversation.retry_after();
    if (!status.ok()) return status;
    Remember(conversation);
    backoff_ = options_.shortest_backoff;
    call_back_after_ = conversation.call_back_after();
    if (call_back_after_.has_value()) return absl::OkStatus();
    if (!waiter_.WaitFor(
            std::min(conversation.cadence().check_in, UntilScan()))) {
      return absl::OkStatus();
    }
    if (UntilScan() > absl::ZeroDuration()) continue;
    const RootId evidence_before = facts_->evidence_hash;
    Scan();
    // Evidence is compared at Hello only.
    if (facts_->evidence_hash != evidence_before) return absl::OkStatus();
  }
}

// What a turn that failed leaves: a nonce that was given and is forgotten looks
// like a restored backup.
void AgentLoop::RememberNonce(const Conversation& conversation) {
  if (conversation.next_nonce().empty()) return;
  stored::v1::AgentState state = state_.state();
  state.set_nonce(conversation.next_nonce());
  const absl::Status kept = state_.Keep(state);
  if (!kept.ok()) {
    Log(LogLevel::kWarning, "the nonce could not be kept",
        {{"error", kept.message()}});
  }
}

void AgentLoop::Remember(Conversation& conversation) {
  scan_interval_ = conversation.cadence().scan;
  disabled_sources_ = conversation.disabled_sources();
  stored::v1::AgentState state = state_.state();
  state.set_store_incarnation(conversation.store_incarnation());
  if (!conversation.next_nonce().empty()) {
    state.set_nonce(conversation.next_nonce());
  }
  const Facts& sent = conversation.AsSent(*facts_);
  const std::string root = sent.subject_root.ToBytes();
  if (state.acknowledged_root() != root || state.sections().empty() ||
      state.row_level() != sent.row_level) {
    KeepSections(sent, state);
    acknowledged_ = conversation.acknowledged();
    row_level_ = conversation.row_level();
  }
  state.set_acknowledged_root(root);
  const absl::Status kept = state_.Keep(state);
  if (!kept.ok()) {
    Log(LogLevel::kWarning, "cannot keep the agent's state",
        {{"error", kept.message()}});
  }
}

}  // namespace rollcall::agent
