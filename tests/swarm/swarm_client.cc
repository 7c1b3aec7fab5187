#include "tests/swarm/swarm_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/swarm/live_agent.h"

namespace rollcall::swarm {

void SwarmBoard::NoteConnecting() {
  MutexLock lock(&mutex_);
  ++open_;
}

void SwarmBoard::NoteEnded(const absl::Status& status) {
  MutexLock lock(&mutex_);
  --open_;
  if (absl::IsUnavailable(status)) ++turned_away_;
  if (absl::IsInternal(status) && health_.ok()) health_ = status;
  last_end_ = status;
  changed_.SignalAll();
}

void SwarmBoard::NoteSynced(int64_t& epoch) {
  MutexLock lock(&mutex_);
  ++acknowledgements_;
  if (epoch != round_) {
    epoch = round_;
    ++synced_in_round_;
  }
  changed_.SignalAll();
}

bool SwarmBoard::AwaitRound(int64_t agents, absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  MutexLock lock(&mutex_);
  ++round_;
  synced_in_round_ = 0;
  while (synced_in_round_ < agents && absl::Now() < end) {
    changed_.WaitFor(&mutex_, end - absl::Now());
  }
  return synced_in_round_ >= agents;
}

bool SwarmBoard::AwaitAcknowledgements(int64_t more, absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  MutexLock lock(&mutex_);
  const int64_t goal = acknowledgements_ + more;
  while (acknowledgements_ < goal && absl::Now() < end) {
    changed_.WaitFor(&mutex_, end - absl::Now());
  }
  return acknowledgements_ >= goal;
}

bool SwarmBoard::AwaitTurnedAway(int64_t more, absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  MutexLock lock(&mutex_);
  const int64_t goal = turned_away_ + more;
  while (turned_away_ < goal && absl::Now() < end) {
    changed_.WaitFor(&mutex_, end - absl::Now());
  }
  return turned_away_ >= goal;
}

bool SwarmBoard::AwaitAllAway(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  MutexLock lock(&mutex_);
  while (open_ > 0 && absl::Now() < end) {
    changed_.WaitFor(&mutex_, end - absl::Now());
  }
  return open_ == 0;
}

absl::Status SwarmBoard::health() const {
  MutexLock lock(&mutex_);
  return health_;
}

std::string SwarmBoard::Describe() const {
  MutexLock lock(&mutex_);
  return absl::StrCat(
      open_, " streams open, ", synced_in_round_,
      " agents synced in this round, ", acknowledgements_,
      " acknowledgements; the last stream that ended: ", last_end_.ToString());
}

SwarmClient::SwarmClient(const FleetGenerator& fleet,
                         std::vector<TlsCredentials> credentials,
                         const SwarmOptions& options)
    : options_(options) {
  board_.held = true;
  for (int i = 0; i < options_.loops; ++i) {
    loops_.push_back(std::make_unique<StreamLoop>());
  }
  for (uint32_t host = 0; host < credentials.size(); ++host) {
    agents_.push_back(
        std::make_unique<LiveAgent>(fleet, host, *loops_[host % loops_.size()],
                                    credentials[host], options_, board_));
  }
}

SwarmClient::~SwarmClient() {
  Disconnect();
  board_.AwaitAllAway(absl::InfiniteDuration());
  // What the agents planned must not find them gone.
  for (const auto& loop : loops_) loop->Run([] {});
  loops_.clear();
}

void SwarmClient::Release(int port) {
  board_.port = port;
  board_.held = false;
  OnEachLoop([](LiveAgent& agent) { agent.Connect(); });
}

void SwarmClient::Hold() { board_.held = true; }

void SwarmClient::Disconnect() {
  Hold();
  OnEachLoop([](LiveAgent& agent) { agent.Disconnect(); });
}

bool SwarmClient::AwaitAllSynced(absl::Duration timeout) {
  return board_.AwaitRound(static_cast<int64_t>(agents_.size()), timeout);
}

bool SwarmClient::AwaitAcknowledgements(int64_t more, absl::Duration timeout) {
  return board_.AwaitAcknowledgements(more, timeout);
}

bool SwarmClient::AwaitTurnedAway(int64_t more, absl::Duration timeout) {
  return board_.AwaitTurnedAway(more, timeout);
}

bool SwarmClient::AwaitAllAway(absl::Duration timeout) {
  return board_.AwaitAllAway(timeout);
}

std::vector<Standing> SwarmClient::Standings() {
  std::vector<Standing> standings(agents_.size());
  OnEachLoop([&](LiveAgent& agent) {
    standings[agent.standing().host] = agent.standing();
  });
  return standings;
}

void SwarmClient::OnEachLoop(const std::function<void(LiveAgent&)>& work) {
  for (size_t i = 0; i < loops_.size(); ++i) {
    loops_[i]->Run([&] {
      for (size_t agent = i; agent < agents_.size(); agent += loops_.size()) {
        work(*agents_[agent]);
      }
    });
  }
}

}  // namespace rollcall::swarm
