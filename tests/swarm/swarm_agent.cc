#include "tests/swarm/swarm_agent.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/uplink/row_frames.h"
#include "common/rows.h"
#include "common/status.h"
#include "common/version.h"

namespace rollcall::swarm {
namespace {

constexpr char kMethod[] = "/rollcall.v1.SyncService/Sync";

absl::Status ProtocolError(absl::string_view what) {
  return absl::InternalError(
      absl::StrCat("the collector broke the protocol: ", what));
}

// As an agent of some days reports them.
void FillVitals(int64_t sequence, v1::Vitals& vitals) {
  vitals.set_uptime_seconds(400'000 + sequence * 300);
  vitals.set_memory_available_bytes(11'000'000'000 + sequence * 4096);
  vitals.mutable_scan_cost()->set_cpu_micros(51'000);
  vitals.mutable_scan_cost()->set_peak_rss_bytes(17'825'792);
  vitals.mutable_scan_cost()->set_wall_micros(60'000);
}

bool BitAt(const std::string& bits, size_t place) {
  return (static_cast<unsigned char>(bits[place / 8]) >> (place % 8) & 1) != 0;
}

// The rows that the first has and the second has not.
std::vector<const EncodedRow*> Minus(const SectionReport& a,
                                     const SectionReport& b) {
  std::vector<const EncodedRow*> rows;
  std::set_difference(
      a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(),
      std::back_inserter(rows),
      [](const EncodedRow* x, const EncodedRow* y) { return x->id < y->id; });
  return rows;
}

std::string IdsOf(const std::vector<const EncodedRow*>& rows) {
  std::string ids;
  for (const EncodedRow* row : rows) ids.append(row->id.ToBytes());
  return ids;
}

const SectionReport* FindSection(const Report* report,
                                 const std::string& name) {
  if (report == nullptr) return nullptr;
  const auto found = report->sections.find(name);
  return found == report->sections.end() ? nullptr : found->second.get();
}

}  // namespace

void SwarmAgent::Connect(int port) {
  failure_ = absl::OkStatus();
  sequence_ = 0;
  stream_.Open(MakeChannel(port, memory_.credentials), kMethod);
}

void SwarmAgent::Remember(AgentMemory memory) {
  memory_ = std::move(memory);
  must_rekey_ = false;
  base_.reset();
}

void SwarmAgent::OnOpen() { observer_.OnConnected(*this); }

void SwarmAgent::OnEnd(const absl::Status& status) {
  due_ = Due::kNothing;
  target_.reset();
  offered_.clear();
  const absl::Status why = failure_.ok() ? status : failure_;
  observer_.OnEnded(
      *this, why.ok() ? absl::UnavailableError("the collector ended the stream")
                      : why);
}

void SwarmAgent::Send(const v1::AgentMessage& message) {
  const std::string bytes = message.SerializeAsString();
  bytes_sent_ += static_cast<int64_t>(bytes.size());
  stream_.Send(bytes);
}

void SwarmAgent::Begin() {
  target_ = source_.Now();
  promised_ = target_->subject_root;
  v1::AgentMessage message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_agent_version(kVersion);
  hello.add_row_levels(kRowLevel);
  hello.set_nonce(memory_.nonce);
  hello.set_store_incarnation(memory_.store_incarnation);
  hello.set_evidence_hash(target_->evidence_hash.ToBytes());
  hello.set_subject_root(target_->subject_root.ToBytes());
  hello.set_root_level(kRowLevel);
  due_ = Due::kPlan;
  Send(message);
}

void SwarmAgent::CheckIn(const PreparedChange* change) {
  promised_ = change == nullptr ? memory_.acknowledged : change->subject_root;
  v1::AgentMessage message;
  v1::CheckIn& check_in = *message.mutable_check_in();
  check_in.set_sequence(++sequence_);
  check_in.set_subject_root(promised_.ToBytes());
  FillVitals(sequence_, *check_in.mutable_vitals());
  if (change != nullptr) {
    check_in.mutable_changes()->Assign(change->changes.begin(),
                                       change->changes.end());
  }
  due_ = Due::kPlanOrAck;
  Send(message);
}

void SwarmAgent::OnMessage(const std::string& bytes) {
  if (!failure_.ok()) return;
  bytes_received_ += static_cast<int64_t>(bytes.size());
  v1::CollectorMessage message;
  absl::Status status;
  if (!message.ParseFromString(bytes)) {
    status = ProtocolError("a message does not parse");
  } else if (message.has_challenge()) {
    v1::AgentMessage answer;
    answer.mutable_challenge_answer()->set_nonce(message.challenge().nonce());
    Send(answer);
  } else if (message.has_retry()) {
    status = absl::UnavailableError(message.retry().reason());
  } else if (message.has_rekey() && due_ == Due::kPlan) {
    must_rekey_ = true;
    status = absl::PermissionDeniedError(message.rekey().reason());
  } else if (message.has_plan() &&
             (due_ == Due::kPlan || due_ == Due::kPlanOrAck)) {
    status = OnPlan(message.plan());
  } else if (message.has_want() && due_ == Due::kWant) {
    status = OnWant(message.want());
  } else if (message.has_need() && due_ == Due::kNeed) {
    status = OnNeed(message.need());
  } else if (message.has_ack() &&
             (due_ == Due::kAck || due_ == Due::kPlanOrAck)) {
    status = OnAck(message.ack());
  } else {
    status = ProtocolError("it answers another question");
  }
  if (status.ok()) return;
  failure_ = status;
  stream_.Cancel();
}

absl::Status SwarmAgent::OnPlan(const v1::Plan& plan) {
  if (plan.row_level() != kRowLevel) return ProtocolError("its row level");
  memory_.nonce = plan.next_nonce();
  memory_.store_incarnation = plan.store_incarnation();
  if (due_ == Due::kPlanOrAck) ++turns_;
  if (plan.equal() && !plan.send_evidence()) {
    Synced();
    return absl::OkStatus();
  }
  if (target_ == nullptr) target_ = source_.Now();
  promised_ = target_->subject_root;
  v1::AgentMessage message;
  if (plan.send_evidence()) {
    *message.mutable_evidence() = target_->evidence;
    due_ = Due::kAck;
    Send(message);
  }
  if (!plan.send_roots()) {
    return plan.send_evidence() ? absl::OkStatus()
                                : ProtocolError("it asks for nothing");
  }
  for (const auto& [name, section] : target_->sections) {
    v1::SectionRoot& root = *message.mutable_roots()->add_sections();
    root.set_section(name);
    root.set_root(section->root.ToBytes());
  }
  due_ = Due::kWant;
  Send(message);
  return absl::OkStatus();
}

absl::Status SwarmAgent::OnWant(const v1::Want& want) {
  std::vector<const v1::SectionWant*> wanted;
  for (const v1::SectionWant& section : want.sections()) {
    if (!target_->sections.contains(section.section())) {
      return ProtocolError("it wants a section that is not there");
    }
    if (!section.equal()) wanted.push_back(&section);
  }
  offered_.clear();
  due_ = wanted.empty() ? Due::kAck : Due::kNeed;
  for (const v1::SectionWant* section : wanted) {
    Offer(*section, section == wanted.back());
  }
  return absl::OkStatus();
}

void SwarmAgent::Offer(const v1::SectionWant& want, bool last) {
  const SectionReport& section = *target_->sections.at(want.section());
  v1::AgentMessage message;
  v1::Delta& delta = *message.mutable_delta();
  delta.set_section(want.section());
  delta.set_new_root(section.root.ToBytes());
  delta.set_last(last);
  std::vector<const EncodedRow*> added;
  const SectionReport* const base = FindSection(base_.get(), want.section());
  if (base != nullptr && want.delta_from() == base->root.bytes()) {
    delta.set_base_root(want.delta_from());
    added = Minus(section, *base);
    delta.set_added_ids(IdsOf(added));
    delta.set_removed_ids(IdsOf(Minus(*base, section)));
  } else {
    delta.set_added_ids(section.ids);
    added = section.rows;
  }
  offered_.insert(offered_.end(), added.begin(), added.end());
  Send(message);
}

absl::Status SwarmAgent::OnNeed(const v1::Need& need) {
  if (need.unknown().size() != (offered_.size() + 7) / 8) {
    return ProtocolError("its bits are not one for each row");
  }
  agent::RowFrames frames([this](const v1::AgentMessage& message) {
    Send(message);
    return absl::OkStatus();
  });
  bool any = false;
  for (size_t i = 0; i < offered_.size(); ++i) {
    if (!BitAt(need.unknown(), i)) continue;
    any = true;
    ROLLCALL_RETURN_IF_ERROR(frames.Add(offered_[i]->canonical));
  }
  due_ = Due::kAck;
  return any ? frames.Finish() : absl::OkStatus();
}

absl::Status SwarmAgent::OnAck(const v1::Ack& ack) {
  const int64_t sequence = due_ == Due::kPlanOrAck ? sequence_ : 0;
  if (ack.sequence() != sequence || ack.subject_root() != promised_.bytes()) {
    return ProtocolError("it acknowledges what was not said");
  }
  Synced();
  return absl::OkStatus();
}

void SwarmAgent::Synced() {
  due_ = Due::kNothing;
  memory_.acknowledged = promised_;
  if (keep_base_ && target_ != nullptr) base_ = target_;
  target_.reset();
  offered_ = {};
  observer_.OnSynced(*this);
}

}  // namespace rollcall::swarm
