#include "collector/rpc/executor.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace rollcall::collector {

Executor::Executor(ExecutorOptions options) : options_(options) {
  for (int i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

Executor::~Executor() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  wake_.SignalAll();
  for (std::thread& thread : threads_) thread.join();
}

absl::Status Executor::Post(std::function<void()> task) {
  {
    MutexLock lock(&mutex_);
    if (stopping_) return absl::UnavailableError("the collector is stopping");
    if (queue_.size() >= options_.max_queue) {
      ++refused_;
      return absl::ResourceExhaustedError(absl::StrCat(
          options_.max_queue, " requests wait already; try again later"));
    }
    queue_.push_back(std::move(task));
  }
  wake_.Signal();
  return absl::OkStatus();
}

size_t Executor::queue() const {
  MutexLock lock(&mutex_);
  return queue_.size();
}

int64_t Executor::refused() const {
  MutexLock lock(&mutex_);
  return refused_;
}

void Executor::Run() {
  while (true) {
    std::function<void()> task;
    {
      MutexLock lock(&mutex_);
      while (queue_.empty() && !stopping_) wake_.Wait(&mutex_);
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace rollcall::collector
