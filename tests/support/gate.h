#pragma once

#include <memory>

#include "common/sync.h"

namespace rollcall::testing {

// Something that one thread waits for and another makes true. Thread-safe, and
// may be destroyed once it is open, while threads still leave Await.
class Gate {
 public:
  void Open() {
    const auto state = state_;
    MutexLock lock(&state->mutex);
    state->open = true;
    state->changed.SignalAll();
  }
  void Await() {
    const auto state = state_;
    MutexLock lock(&state->mutex);
    while (!state->open) state->changed.Wait(&state->mutex);
  }

 private:
  struct State {
    Mutex mutex;
    CondVar changed;
    bool open ABSL_GUARDED_BY(mutex) = false;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace rollcall::testing
