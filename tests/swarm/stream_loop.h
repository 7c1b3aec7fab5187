// One thread that carries any number of streams: nothing waits on it, so that
// thousands of simulated agents need no thread of their own.
#pragma once

#include <grpcpp/completion_queue.h>

#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "common/sync.h"

namespace rollcall::swarm {

// Something under way on a loop's queue.
class LoopEvent {
 public:
  virtual ~LoopEvent() = default;
  // It ended, well or not. On the loop's thread.
  virtual void Proceed(bool ok) = 0;
};

// Thread-safe.
class StreamLoop {
 public:
  StreamLoop() : thread_([this] { Run(); }) {}
  // REQUIRES: no stream of it is open.
  ~StreamLoop();
  StreamLoop(const StreamLoop&) = delete;
  StreamLoop& operator=(const StreamLoop&) = delete;

  // Runs the task on the loop's thread, now or after a while.
  void Post(std::function<void()> task) {
    PostAfter(absl::ZeroDuration(), std::move(task));
  }
  void PostAfter(absl::Duration wait, std::function<void()> task);
  // Runs the task there and waits for its end. Not from the loop's thread.
  void Run(const std::function<void()>& task);

  // Where LoopEvents may be started.
  grpc::CompletionQueue& queue() { return queue_; }

 private:
  void Run();

  grpc::CompletionQueue queue_;
  // Orders a task's making before its running for ThreadSanitizer, which does
  // not see into gRPC.
  Mutex handover_;
  std::thread thread_;  // last: starts when all else is ready
};

}  // namespace rollcall::swarm
