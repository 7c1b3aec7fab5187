#include "tests/bench/sync/talker.h"

#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "common/status.h"

namespace rollcall::bench {
namespace {

constexpr absl::Duration kTimeout = absl::Minutes(10);
// One that the server turned away while it connected tries again for so long: a
// server that has just started over a million hosts may need its time.
constexpr absl::Duration kConnectWithin = absl::Minutes(3);
constexpr absl::Duration kPause = absl::Milliseconds(500);

absl::Status OnAll(const Talkers& talkers, Countdown& countdown,
                   const std::function<void(Talker&, Countdown&)>& work) {
  for (const auto& talker : talkers) {
    talker->loop().Post([&] { work(*talker, countdown); });
  }
  return countdown.Await(kTimeout);
}

absl::Status OnAll(const Talkers& talkers,
                   const std::function<void(Talker&, Countdown&)>& work) {
  Countdown countdown(talkers.size());
  return OnAll(talkers, countdown, work);
}

}  // namespace

void Countdown::Done(const absl::Status& status) {
  MutexLock lock(&mutex_);
  failure_.Update(status);
  --left_;
  changed_.SignalAll();
}

absl::Status Countdown::Await(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  MutexLock lock(&mutex_);
  while (left_ > 0 && absl::Now() < end) {
    changed_.WaitFor(&mutex_, end - absl::Now());
  }
  if (left_ == 0) return failure_;
  return absl::DeadlineExceededError("a talker waits for its answer");
}

void Talker::Prepare(int port, Countdown& countdown) {
  countdown_ = &countdown;
  leaving_ = talking_ = false;
  port_ = port;
  connect_until_ = absl::Now() + kConnectWithin;
  Connect(port);
}

bool Talker::TryAgain(const absl::Status& status) {
  const bool connecting = !leaving_ && !talking_;
  if (!connecting || !absl::IsUnavailable(status) ||
      absl::Now() > connect_until_) {
    return false;
  }
  countdown_->NoteRetry();
  loop_.PostAfter(kPause, [this] { Connect(port_); });
  return true;
}

void Talker::Talk(const Pace& pace, Countdown& countdown) {
  countdown_ = &countdown;
  talking_ = true;
  pace_ = pace;
  next_ = 0;
  latencies_.clear();
  due_ = pace.start;
  SayNext();
}

void Talker::SayNext() {
  if (away()) {
    Ended(absl::UnavailableError("the stream broke while it was idle"));
    return;
  }
  const absl::Duration wait = due_ - absl::Now();
  if (pace_.interval > absl::ZeroDuration() && wait > absl::ZeroDuration()) {
    loop_.PostAfter(wait, [this] { Say(next_++); });
  } else {
    Say(next_++);
  }
}

void Talker::Answered() {
  if (!talking_) {
    if (countdown_ != nullptr) std::exchange(countdown_, nullptr)->Done();
    return;
  }
  const absl::Time now = absl::Now();
  latencies_.push_back(absl::ToDoubleMilliseconds(now - due_));
  due_ = pace_.interval > absl::ZeroDuration()
             ? pace_.start + next_ * pace_.interval
             : now;
  if (next_ < pace_.messages) {
    SayNext();
  } else {
    talking_ = false;
    std::exchange(countdown_, nullptr)->Done();
  }
}

void Talker::Leave(Countdown& countdown) {
  countdown_ = &countdown;
  leaving_ = true;
  if (away()) {
    std::exchange(countdown_, nullptr)->Done();
  } else {
    Disconnect();
  }
}

void Talker::Ended(const absl::Status& status) {
  if (countdown_ == nullptr || TryAgain(status)) return;
  Countdown& countdown = *std::exchange(countdown_, nullptr);
  countdown.Done(leaving_ ? absl::OkStatus() : status);
}

Talkers::~Talkers() { LeaveAll(*this).IgnoreError(); }

absl::StatusOr<int64_t> PrepareAll(const Talkers& talkers, int port) {
  Countdown countdown(talkers.size());
  ROLLCALL_RETURN_IF_ERROR(
      OnAll(talkers, countdown, [port](Talker& talker, Countdown& counter) {
        talker.Prepare(port, counter);
      }));
  return countdown.retries();
}

absl::StatusOr<absl::Duration> TalkAll(const Talkers& talkers, int messages) {
  const absl::Time start = absl::Now();
  ROLLCALL_RETURN_IF_ERROR(
      OnAll(talkers, [&](Talker& talker, Countdown& countdown) {
        talker.Talk({messages, absl::Now(), absl::ZeroDuration()}, countdown);
      }));
  return absl::Now() - start;
}

absl::StatusOr<double> TalkRate(const Talkers& talkers, int messages) {
  ROLLCALL_ASSIGN_OR_RETURN(const absl::Duration time,
                            TalkAll(talkers, messages));
  return static_cast<double>(talkers.size()) * messages /
         absl::ToDoubleSeconds(time);
}

absl::StatusOr<std::vector<double>> TalkPaced(const Talkers& talkers,
                                              int messages, absl::Time start,
                                              absl::Duration interval) {
  Countdown countdown(talkers.size());
  for (size_t i = 0; i < talkers.size(); ++i) {
    const absl::Duration offset = interval * i / talkers.size();
    talkers[i].loop().Post([&, i, offset] {
      talkers[i].Talk({messages, start + offset, interval}, countdown);
    });
  }
  ROLLCALL_RETURN_IF_ERROR(countdown.Await(kTimeout));
  std::vector<double> latencies;
  for (const auto& talker : talkers) {
    latencies.insert(latencies.end(), talker->latencies().begin(),
                     talker->latencies().end());
  }
  return latencies;
}

absl::Status LeaveAll(const Talkers& talkers) {
  return OnAll(talkers, [](Talker& talker, Countdown& countdown) {
    talker.Leave(countdown);
  });
}

}  // namespace rollcall::bench
