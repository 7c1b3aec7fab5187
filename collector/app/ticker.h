// Something done at intervals.
#pragma once

#include <functional>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "common/clock.h"
#include "common/sync.h"

namespace rollcall::collector {

// Calls `work` every `interval` on a thread of its own until it goes; a call in
// progress is waited for.
class Ticker {
 public:
  Ticker(absl::Duration interval, std::function<void()> work)
      : interval_(interval),
        work_(std::move(work)),
        thread_([this] { Run(); }) {}
  ~Ticker() {
    {
      MutexLock lock(&mutex_);
      stopping_ = true;
    }
    wake_.SignalAll();
    thread_.join();
  }

 private:
  void Run() {
    while (true) {
      {
        MutexLock lock(&mutex_);
        // Not civil time: set back, that would put the work off by as much.
        const absl::Duration due = clock_.Monotonic() + interval_;
        while (!stopping_ && clock_.Monotonic() < due) {
          wake_.WaitFor(&mutex_, due - clock_.Monotonic());
        }
        if (stopping_) return;
      }
      work_();
    }
  }

  const SystemClock clock_{};
  const absl::Duration interval_;
  const std::function<void()> work_;
  Mutex mutex_;
  CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: starts when all else is ready
};

}  // namespace rollcall::collector
