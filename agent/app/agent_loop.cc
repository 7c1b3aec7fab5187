#include "agent/app/agent_loop.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/log.h"
#include "common/status.h"

namespace rollcall::agent {

absl::Status AgentLoop::RunOnce() {
  Scan();
  const std::unique_ptr<MessageStream> stream = uplink_.Open();
  Conversation conversation(*stream);
  ROLLCALL_RETURN_IF_ERROR(Begin(conversation));
  return conversation.CheckIn(*facts_, source_.ReadVitals());
}

void AgentLoop::Run() {
  backoff_ = options_.shortest_backoff;
  while (!waiter_.stopped()) {
    retry_after_.reset();
    const absl::Status status = RunStream();
    if (waiter_.stopped()) return;
    if (status.ok()) continue;
    const absl::Duration wait = retry_after_.value_or(NextBackoff());
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

void AgentLoop::Scan() { facts_ = source_.Scan(disabled_sources_); }

absl::Status AgentLoop::Begin(Conversation& conversation) {
  const absl::Status status =
      conversation.Begin(*facts_, state_.state().store_incarnation());
  retry_after_ = conversation.retry_after();
  if (!status.ok()) return status;
  Remember(conversation);
  Log(LogLevel::kInfo, "in step with the collector",
      {{"root", facts_->subject_root.ToHex()},
       {"bytes_sent", conversation.bytes_sent()}});
  return absl::OkStatus();
}

absl::Status AgentLoop::RunStream() {
  if (!facts_.has_value()) Scan();
  const std::unique_ptr<MessageStream> stream = uplink_.Open();
  Conversation conversation(*stream);
  ROLLCALL_RETURN_IF_ERROR(Begin(conversation));
  backoff_ = options_.shortest_backoff;
  next_scan_ = clock_.Monotonic() + conversation.cadence().scan;
  // At once, so that the vitals of this start are known.
  while (true) {
    const absl::Status status =
        conversation.CheckIn(*facts_, source_.ReadVitals());
    retry_after_ = conversation.retry_after();
    if (!status.ok()) return status;
    Remember(conversation);
    const absl::Duration until_scan = next_scan_ - clock_.Monotonic();
    const absl::Duration wait =
        std::min(conversation.cadence().check_in, until_scan);
    if (!waiter_.WaitFor(std::max(wait, absl::ZeroDuration()))) {
      return absl::OkStatus();
    }
    if (clock_.Monotonic() < next_scan_) continue;
    const RootId evidence_before = facts_->evidence_hash;
    disabled_sources_ = conversation.disabled_sources();
    Scan();
    next_scan_ = clock_.Monotonic() + conversation.cadence().scan;
    // Evidence is compared at Hello only.
    if (facts_->evidence_hash != evidence_before) return absl::OkStatus();
  }
}

void AgentLoop::Remember(const Conversation& conversation) {
  stored::v1::AgentState state = state_.state();
  state.set_store_incarnation(conversation.store_incarnation());
  state.set_acknowledged_root(facts_->subject_root.ToBytes());
  const absl::Status kept = state_.Keep(state);
  if (!kept.ok()) {
    Log(LogLevel::kWarning, "cannot keep the agent's state",
        {{"error", kept.message()}});
  }
}

}  // namespace rollcall::agent
