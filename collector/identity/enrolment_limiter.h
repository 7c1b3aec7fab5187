// Slows those down who guess.
#pragma once

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/sync.h"

namespace rollcall::collector {

struct EnrolmentLimiterOptions {
  // Failures that an address may have at once, and how long each is remembered:
  // many machines may share an address, and a good one does not fail.
  int burst = 20;
  absl::Duration per_failure = absl::Seconds(3);
  // Addresses that are remembered at once; beyond, all others share one
  // account.
  size_t max_peers = 65'536;
};

// Counts failures per address. Thread-safe. Times are of one monotonic clock.
class EnrolmentLimiter {
 public:
  explicit EnrolmentLimiter(EnrolmentLimiterOptions options = {})
      : options_(options) {}

  // How long `peer` must wait before it is listened to; zero if it need not.
  absl::Duration WaitFor(absl::string_view peer, absl::Duration now) const {
    MutexLock lock(&mutex_);
    const auto found = paid_at_.find(AccountOf(peer));
    if (found == paid_at_.end()) return absl::ZeroDuration();
    return std::max(found->second - now - options_.burst * options_.per_failure,
                    absl::ZeroDuration());
  }

  void CountFailure(absl::string_view peer, absl::Duration now) {
    MutexLock lock(&mutex_);
    if (paid_at_.size() >= options_.max_peers && !paid_at_.contains(peer)) {
      absl::erase_if(paid_at_,
                     [now](const auto& entry) { return entry.second <= now; });
    }
    absl::Duration& paid_at = paid_at_[AccountOf(peer)];
    // The first that is over the burst waits for one failure to be forgotten.
    paid_at = std::max(paid_at, now) + options_.per_failure;
  }

 private:
  std::string AccountOf(absl::string_view peer) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool own =
        paid_at_.size() < options_.max_peers || paid_at_.contains(peer);
    return own ? std::string(peer) : std::string();
  }

  const EnrolmentLimiterOptions options_;
  mutable Mutex mutex_;
  // When the last failure of an address will be forgotten.
  absl::flat_hash_map<std::string, absl::Duration> paid_at_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
