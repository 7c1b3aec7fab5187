// Whose call runs next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "collector/rpc/executor.h"
#include "common/sync.h"

namespace rollcall::collector {

// Of calls that run and that wait. Their bytes are those of their requests.
struct CallBounds {
  size_t of_principal = 64;
  int64_t bytes_of_principal = 128 << 20;
  size_t in_all = 1'024;
  int64_t bytes_in_all = 256 << 20;
};

// The calls of one principal take turns with those of all others, and never
// have all threads: so nobody's many slow questions keep others waiting for
// longer than one of them takes. That holds as far as all calls on an executor
// come through one of these. Thread-safe. The executor outlives it.
class CallTurns {
 public:
  // `turn` is OK, or says why it never comes.
  using Task = std::function<void(const absl::Status& turn)>;

  CallTurns(Executor& executor, CallBounds bounds)
      : executor_(executor), bounds_(bounds) {}
  // Waits for all calls.
  ~CallTurns();
  CallTurns(const CallTurns&) = delete;
  CallTurns& operator=(const CallTurns&) = delete;

  // Runs the task once, in its turn, on the executor; or at once, here, with
  // the executor's status if that takes none. RESOURCE_EXHAUSTED, and it is not
  // run, where the bounds are reached.
  absl::Status Post(const std::string& principal, int64_t bytes, Task task);

  size_t waiting() const;
  int64_t refused() const;

 private:
  struct Call {
    std::string principal;
    int64_t bytes = 0;
    Task task;
  };
  // Of one principal.
  struct Line {
    std::deque<Call> waiting;
    size_t running = 0;
    int64_t bytes = 0;
  };

  absl::Status CheckRoom(const std::string& principal, const Line& line,
                         int64_t bytes) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the call whose turn it is out of its line; false: none may run now.
  bool TakeNext(Call& call);
  // Starts all calls that may run.
  void StartAll();
  void Finish(const Call& call);
  // What began with a call that was taken has ended, and touches nothing more.
  void Leave();

  Executor& executor_;
  const CallBounds bounds_;
  mutable Mutex mutex_;
  CondVar left_;
  // By principal; only those with calls.
  std::map<std::string, Line> lines_ ABSL_GUARDED_BY(mutex_);
  // Whose call ran last.
  std::string last_ ABSL_GUARDED_BY(mutex_);
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  // Calls that were taken and have not left.
  size_t inside_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rollcall::collector
