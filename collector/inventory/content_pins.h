// Holds on rows and bases, so that none is collected while somebody relies on
// it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "common/sync.h"

namespace rollcall::collector {

// While it lives, nothing is collected that was referred to when it was taken,
// or that its holder asked for since. For the time of one question or of one
// write, never for that of a stream: a collection waits for it. Copies hold the
// same.
using ContentPin = std::shared_ptr<const void>;

// Counts pins by the epoch that they were taken in. Thread-safe. Outlives every
// pin.
class ContentPins {
 public:
  ContentPin Take() {
    MutexLock lock(&mutex_);
    const uint64_t epoch = epoch_;
    ++held_[epoch];
    return ContentPin(this, [this, epoch](const void*) { Release(epoch); });
  }

  // Begins an epoch; pins from now on are of it.
  uint64_t Advance() {
    MutexLock lock(&mutex_);
    return ++epoch_;
  }

  // Whether no pin of an epoch before this one is held.
  bool NoneBefore(uint64_t epoch) const {
    MutexLock lock(&mutex_);
    return held_.empty() || held_.begin()->first >= epoch;
  }

 private:
  void Release(uint64_t epoch) {
    MutexLock lock(&mutex_);
    const auto held = held_.find(epoch);
    if (--held->second == 0) held_.erase(held);
  }

  mutable Mutex mutex_;
  uint64_t epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, int64_t> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
