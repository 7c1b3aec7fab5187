// Threads for work that may wait (reading the store), which a gRPC reaction
// must not do.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "common/sync.h"

namespace rollcall::collector {

struct ExecutorOptions {
  // Threads; each runs one task at a time.
  int threads = 4;
  // Tasks that may wait for a thread; more are refused.
  size_t max_queue = 4'096;
};

// A fixed pool with a bounded queue. Thread-safe.
class Executor {
 public:
  explicit Executor(ExecutorOptions options = {});
  // Runs what waits, then stops.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Queues the task. RESOURCE_EXHAUSTED if too many wait, UNAVAILABLE while
  // stopping; the task is then not run.
  absl::Status Post(std::function<void()> task);

  int threads() const { return options_.threads; }
  size_t queue() const;
  int64_t refused() const;

 private:
  void Run();

  const ExecutorOptions options_;
  mutable Mutex mutex_;
  CondVar wake_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_;
};

}  // namespace rollcall::collector
