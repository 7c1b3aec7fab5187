#include "collector/ingest/stream_admission.h"

#include <algorithm>

namespace rollcall::collector {
namespace {

// What the bucket holds.
constexpr absl::Duration kBurst = absl::Seconds(1);
// Nobody is asked to wait longer: it would look as if the agent had gone.
constexpr absl::Duration kLongestWait = absl::Hours(1);
constexpr int kJitterPercent = 10;

}  // namespace

std::optional<absl::Duration> StreamAdmission::Refuse() {
  // Without the lock: nothing is counted after the slow start.
  const absl::Duration now = clock_.Monotonic();
  if (now >= ends_) return std::nullopt;
  MutexLock lock(&mutex_);
  const absl::Duration token = absl::Seconds(1) / options_.slow_start_rate;
  const absl::Duration full = std::max(full_, now) + token;
  if (full - now <= kBurst) {
    full_ = full;
    return std::nullopt;
  }
  ++refused_;
  return random_.Jitter(NextTurn(now), kJitterPercent);
}

absl::Duration StreamAdmission::NextTurn(absl::Duration now) {
  // A fifth of the rate is left to those who call for the first time.
  const absl::Duration step = absl::Seconds(5) / 4 / options_.slow_start_rate;
  last_turn_ = std::max(last_turn_, now + kBurst) + step;
  if (last_turn_ - now <= kLongestWait) return last_turn_ - now;
  // Too many to give each a turn: over the second half of the longest wait.
  last_turn_ = now + kLongestWait;
  return random_.Jitter(kLongestWait * 0.75, 25);
}

int64_t StreamAdmission::refused() const {
  MutexLock lock(&mutex_);
  return refused_;
}

}  // namespace rollcall::collector
