// A wish to stop that ends waits.
#pragma once

#include "absl/time/time.h"
#include "common/clock.h"
#include "common/sync.h"

namespace rollcall::agent {

// Waits that can be cut short, as a dependency, so that tests need not wait.
class Waiter {
 public:
  virtual ~Waiter() = default;
  // Waits; false if it was told to stop, before or while waiting.
  virtual bool WaitFor(absl::Duration duration) = 0;
  virtual bool stopped() const = 0;
};

// Thread-safe.
class StopSignal final : public Waiter {
 public:
  bool WaitFor(absl::Duration duration) override {
    // Not civil time: set back, that would make the wait longer by as much.
    const absl::Duration end = clock_.Monotonic() + duration;
    MutexLock lock(&mutex_);
    while (!stopped_) {
      const absl::Duration left = end - clock_.Monotonic();
      if (left <= absl::ZeroDuration()) return true;
      changed_.WaitFor(&mutex_, left);
    }
    return false;
  }

  bool stopped() const override {
    MutexLock lock(&mutex_);
    return stopped_;
  }

  void Stop() {
    MutexLock lock(&mutex_);
    stopped_ = true;
    changed_.SignalAll();
  }

 private:
  const SystemClock clock_{};
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rollcall::agent
