#include "tests/swarm/live_agent.h"

namespace rollcall::swarm {

LiveAgent::LiveAgent(const FleetGenerator& fleet, uint32_t host,
                     StreamLoop& loop, const TlsCredentials& credentials,
                     const SwarmOptions& options, SwarmBoard& board)
    : fleet_(fleet),
      loop_(loop),
      options_(options),
      board_(board),
      draws_(fleet.options().seed, Purpose::kLife, {host}),
      agent_(loop, credentials, *this, *this) {
  standing_.host = host;
}

void LiveAgent::Connect() {
  if (!agent_.away() || board_.held) return;
  ++streams_;
  board_.NoteConnecting();
  agent_.Connect(board_.port);
}

std::shared_ptr<const Report> LiveAgent::Now() {
  if (said_ == nullptr) {
    said_ = fleet_.ReportOf(standing_.host, standing_.said);
  }
  return said_;
}

void LiveAgent::OnConnected(SwarmAgent& agent) { agent.Begin(); }

void LiveAgent::OnSynced(SwarmAgent& /*agent*/) {
  standing_.acknowledged_once = true;
  standing_.acknowledged = standing_.said;
  board_.NoteSynced(epoch_);
  loop_.PostAfter(Pause(), [this, stream = streams_] { GoOn(stream); });
}

void LiveAgent::GoOn(int64_t stream) {
  if (stream != streams_ || agent_.away()) return;
  if (draws_.Below(options_.upgrade_one_of) != 0) {
    agent_.CheckIn();
    return;
  }
  const auto before = Now();
  ++standing_.said.upgrades;
  said_ = fleet_.ReportAfter(*before, standing_.host, standing_.said);
  const PreparedChange change = {said_->subject_root,
                                 ChangesBetween(*before, *said_)};
  agent_.CheckIn(&change);
}

void LiveAgent::OnEnded(SwarmAgent& /*agent*/, const absl::Status& status) {
  board_.NoteEnded(status);
  if (agent_.must_rekey() && options_.rekey != nullptr) {
    const auto own = options_.rekey(agent_.memory().credentials);
    if (own.ok()) agent_.BecomeAnother(*own);
  }
  if (board_.held) return;
  loop_.PostAfter(Pause(), [this] { Connect(); });
}

absl::Duration LiveAgent::Pause() {
  const auto most =
      static_cast<uint64_t>(absl::ToInt64Microseconds(options_.pause));
  return absl::Microseconds(static_cast<int64_t>(draws_.Below(most + 1)));
}

}  // namespace rollcall::swarm
