#pragma once

#include <memory>

#include "common/sync.h"

namespace rollcall::testing {

// Something that one thread waits for and another makes true. Copies are the
// same gate: a task that may outlive the test's own takes a copy. Thread-safe.
class Gate {
 public:
  void Open() const {
    MutexLock lock(&state_->mutex);
    state_->open = true;
    state_->changed.SignalAll();
  }
  void Await() const {
    MutexLock lock(&state_->mutex);
    while (!state_->open) state_->changed.Wait(&state_->mutex);
  }

 private:
  struct State {
    Mutex mutex;
    CondVar changed;
    bool open ABSL_GUARDED_BY(mutex) = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace rollcall::testing
