#include "agent/uplink/conversation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/uplink/row_frames.h"
#include "common/log.h"
#include "common/proto_time.h"
#include "common/rows.h"
#include "common/status.h"
#include "common/version.h"

namespace rollcall::agent {
namespace {

// A collector gone wrong must neither make the agent spin nor sleep for ever.
constexpr absl::Duration kShortestWait = absl::Seconds(1);
constexpr absl::Duration kLongestWait = absl::Hours(24);
// Before one answer.
constexpr int kMaxChallenges = 8;

absl::Duration Bounded(const google::protobuf::Duration& wanted,
                       absl::Duration otherwise) {
  const absl::Duration duration = FromProto(wanted);
  if (duration <= absl::ZeroDuration()) return otherwise;
  return std::clamp(duration, kShortestWait, kLongestWait);
}

absl::Status ProtocolError(absl::string_view what) {
  return absl::InternalError(
      absl::StrCat("the collector broke the protocol: ", what));
}

// REQUIRES: `bits` has that place.
bool BitAt(const std::string& bits, size_t place) {
  return (static_cast<unsigned char>(bits[place / 8]) >> (place % 8) & 1) != 0;
}

absl::Status CheckAck(const v1::Ack& ack, const Facts& facts) {
  if (ack.subject_root() == facts.subject_root.bytes()) return absl::OkStatus();
  return ProtocolError("it acknowledges other facts than were sent");
}

}  // namespace

absl::Status Conversation::Send(const v1::AgentMessage& message) {
  bytes_sent_ += static_cast<int64_t>(message.ByteSizeLong());
  return stream_.Send(message);
}

absl::StatusOr<v1::CollectorMessage> Conversation::Receive() {
  ROLLCALL_ASSIGN_OR_RETURN(v1::CollectorMessage message, stream_.Receive());
  for (int asked = 1; message.has_challenge(); ++asked) {
    if (asked > kMaxChallenges) {
      return ProtocolError("it asks for signs of life without end");
    }
    v1::AgentMessage answer;
    answer.mutable_challenge_answer()->set_nonce(message.challenge().nonce());
    ROLLCALL_RETURN_IF_ERROR(Send(answer));
    ROLLCALL_ASSIGN_OR_RETURN(message, stream_.Receive());
  }
  if (message.has_rekey()) {
    must_rekey_ = true;
    return absl::PermissionDeniedError(absl::StrCat(
        "the collector wants a new key: ", message.rekey().reason()));
  }
  if (!message.has_retry()) return message;
  retry_after_ = Bounded(message.retry().after(), absl::Seconds(30));
  return absl::UnavailableError(absl::StrCat(
      "the collector asks to come back later: ", message.retry().reason()));
}

const Facts& Conversation::AsSent(const Facts& facts) {
  if (facts.row_level == row_level_) return facts;
  if (!lowered_.has_value() || lowered_->row_level != row_level_ ||
      lowered_from_ != facts.subject_root) {
    lowered_ = FactsAtLevel(facts, row_level_);
    lowered_from_ = facts.subject_root;
  }
  return *lowered_;
}

absl::Status Conversation::Begin(const Facts& facts, int64_t last_incarnation,
                                 absl::string_view nonce) {
  v1::AgentMessage message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_agent_version(kVersion);
  for (int level = 1; level <= kRowLevel; ++level) hello.add_row_levels(level);
  hello.set_boot_id(facts.boot_id);
  hello.set_store_incarnation(last_incarnation);
  hello.set_nonce(std::string(nonce));
  hello.set_evidence_hash(facts.evidence_hash.ToBytes());
  hello.set_subject_root(AsSent(facts).subject_root.ToBytes());
  hello.set_root_level(row_level_);
  ROLLCALL_RETURN_IF_ERROR(Send(message));
  ROLLCALL_ASSIGN_OR_RETURN(const v1::CollectorMessage answer, Receive());
  if (!answer.has_plan()) return ProtocolError("hello was not met by a plan");
  if (Nonce::FromBytes(answer.plan().next_nonce()).has_value()) {
    next_nonce_ = answer.plan().next_nonce();
  }
  return FollowPlan(answer.plan(), facts);
}

absl::Status Conversation::CheckIn(const Facts& facts,
                                   const v1::Vitals& vitals) {
  v1::AgentMessage message;
  v1::CheckIn& check_in = *message.mutable_check_in();
  check_in.set_sequence(++sequence_);
  const Facts& sent = AsSent(facts);
  check_in.set_subject_root(sent.subject_root.ToBytes());
  *check_in.mutable_vitals() = vitals;
  if (const auto changes = SmallChanges(acknowledged_, sent)) {
    check_in.mutable_changes()->Assign(changes->begin(), changes->end());
  }
  ROLLCALL_RETURN_IF_ERROR(Send(message));
  ROLLCALL_ASSIGN_OR_RETURN(const v1::CollectorMessage answer, Receive());
  if (answer.has_plan()) return FollowPlan(answer.plan(), facts);
  if (!answer.has_ack() || answer.ack().sequence() != sequence_) {
    return ProtocolError("a check-in was met by neither plan nor its ack");
  }
  ROLLCALL_RETURN_IF_ERROR(CheckAck(answer.ack(), sent));
  if (!check_in.changes().empty()) acknowledged_ = SetsOf(sent);
  if (answer.ack().has_call_back_after()) {
    call_back_after_ =
        Bounded(answer.ack().call_back_after(), absl::Minutes(5));
  }
  return absl::OkStatus();
}

absl::Status Conversation::FollowPlan(const v1::Plan& plan,
                                      const Facts& facts) {
  if (plan.row_level() < 1 || plan.row_level() > kRowLevel) {
    return ProtocolError(absl::StrCat("it plans for row level ",
                                      plan.row_level(),
                                      ", which was not offered"));
  }
  if (plan.row_level() != row_level_) {
    if (plan.equal()) {
      return ProtocolError(absl::StrCat("it has no facts of row level ",
                                        plan.row_level(),
                                        " and calls them equal"));
    }
    row_level_ = plan.row_level();
    acknowledged_.clear();
  }
  cadence_.check_in = Bounded(plan.check_in_interval(), cadence_.check_in);
  cadence_.scan = Bounded(plan.scan_interval(), cadence_.scan);
  disabled_sources_.assign(plan.policy().disabled_sources().begin(),
                           plan.policy().disabled_sources().end());
  store_incarnation_ = plan.store_incarnation();
  if (plan.send_evidence()) {
    v1::AgentMessage message;
    *message.mutable_evidence() = facts.evidence;
    ROLLCALL_RETURN_IF_ERROR(Send(message));
  }
  const Facts& sent = AsSent(facts);
  if (plan.send_roots()) return SendRoots(sent);
  if (plan.send_evidence()) return AwaitAck(sent);
  if (plan.equal()) {
    acknowledged_ = SetsOf(sent);
    return absl::OkStatus();
  }
  return ProtocolError("it has other facts and does not ask for ours");
}

absl::Status Conversation::SendRoots(const Facts& facts) {
  v1::AgentMessage message;
  for (const auto& [name, section] : facts.sections) {
    v1::SectionRoot& root = *message.mutable_roots()->add_sections();
    root.set_section(name);
    root.set_root(section.root.ToBytes());
  }
  message.mutable_roots();
  ROLLCALL_RETURN_IF_ERROR(Send(message));
  ROLLCALL_ASSIGN_OR_RETURN(const v1::CollectorMessage answer, Receive());
  if (!answer.has_want()) return ProtocolError("roots were not met by a want");
  const auto& wanted = answer.want().sections();
  const bool matches = std::equal(
      wanted.begin(), wanted.end(), facts.sections.begin(),
      facts.sections.end(), [](const v1::SectionWant& want, const auto& have) {
        return want.section() == have.first;
      });
  if (!matches) {
    return ProtocolError("its want does not list the sections of the roots");
  }
  v1::Want due;
  for (const v1::SectionWant& section : wanted) {
    if (!section.equal()) *due.add_sections() = section;
  }
  if (due.sections_size() == 0) return AwaitAck(facts);
  return SendDeltas(due, facts);
}

v1::Delta Conversation::MakeDelta(const v1::SectionWant& want,
                                  const FactSection& section) {
  v1::Delta delta;
  delta.set_section(want.section());
  delta.set_new_root(section.root.ToBytes());
  AcknowledgedSection base;
  const auto kept = acknowledged_.find(want.section());
  if (kept != acknowledged_.end() &&
      kept->second.root.bytes() == want.delta_from()) {
    base = kept->second;
    delta.set_base_root(want.delta_from());
  }
  const SetDifference difference = Compare(base, section);
  for (const FactRow* row : difference.added) {
    const absl::string_view id = row->id.bytes();
    delta.mutable_added_ids()->append(id.data(), id.size());
  }
  delta.set_removed_ids(PackIds(difference.removed));
  offered_.insert(offered_.end(), difference.added.begin(),
                  difference.added.end());
  return delta;
}

absl::Status Conversation::SendDeltas(const v1::Want& want,
                                      const Facts& facts) {
  offered_.clear();
  for (int i = 0; i < want.sections_size(); ++i) {
    v1::AgentMessage message;
    v1::Delta& delta = *message.mutable_delta();
    delta = MakeDelta(want.sections(i),
                      facts.sections.at(want.sections(i).section()));
    delta.set_last(i + 1 == want.sections_size());
    ROLLCALL_RETURN_IF_ERROR(Send(message));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const v1::CollectorMessage answer, Receive());
  if (!answer.has_need()) return ProtocolError("deltas were not met by a need");
  return SendRows(answer.need().unknown(), facts);
}

absl::Status Conversation::SendRows(const std::string& unknown,
                                    const Facts& facts) {
  if (unknown.size() != (offered_.size() + 7) / 8) {
    return ProtocolError(absl::StrCat("it has ", unknown.size(),
                                      " bytes of bits for ", offered_.size(),
                                      " rows"));
  }
  RowFrames frames(
      [this](const v1::AgentMessage& message) { return Send(message); });
  bool any = false;
  for (size_t place = 0; place < offered_.size(); ++place) {
    if (!BitAt(unknown, place)) continue;
    any = true;
    ROLLCALL_RETURN_IF_ERROR(frames.Add(offered_[place]->canonical));
  }
  // Where every row was known the collector acknowledges at once.
  if (any) ROLLCALL_RETURN_IF_ERROR(frames.Finish());
  return AwaitAck(facts);
}

absl::Status Conversation::AwaitAck(const Facts& facts) {
  ROLLCALL_ASSIGN_OR_RETURN(const v1::CollectorMessage answer, Receive());
  if (!answer.has_ack()) return ProtocolError("an ack was due");
  ROLLCALL_RETURN_IF_ERROR(CheckAck(answer.ack(), facts));
  acknowledged_ = SetsOf(facts);
  return absl::OkStatus();
}

}  // namespace rollcall::agent
