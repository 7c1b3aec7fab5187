#include "tests/swarm/visitor.h"

#include "absl/time/clock.h"

namespace rollcall::swarm {

Visitor::Visitor(const FleetGenerator& fleet, uint32_t host, StreamLoop& loop,
                 const TlsCredentials& credentials)
    : fleet_(fleet),
      host_(host),
      loop_(loop),
      agent_(loop, credentials, *this, *this) {}

void Visitor::Begin(int port, HostTime time) {
  {
    MutexLock lock(&mutex_);
    ended_ = false;
  }
  auto report = fleet_.ReportOf(host_, time);
  loop_.Run([this, port, report = std::move(report)] {
    report_ = report;
    synced_ = false;
    agent_.Connect(port);
  });
}

absl::Status Visitor::Await(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  MutexLock lock(&mutex_);
  while (!ended_ && absl::Now() < end) {
    changed_.WaitFor(&mutex_, end - absl::Now());
  }
  return ended_ ? result_ : absl::DeadlineExceededError("the visit goes on");
}

void Visitor::OnSynced(SwarmAgent& agent) {
  synced_ = true;
  agent.Disconnect();
}

void Visitor::OnEnded(SwarmAgent& /*agent*/, const absl::Status& status) {
  MutexLock lock(&mutex_);
  ended_ = true;
  result_ = synced_ ? absl::OkStatus() : status;
  changed_.SignalAll();
}

}  // namespace rollcall::swarm
