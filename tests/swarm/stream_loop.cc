#include "tests/swarm/stream_loop.h"

#include <grpcpp/alarm.h>

#include <utility>

#include "absl/time/clock.h"

namespace rollcall::swarm {
namespace {

class Task final : public LoopEvent {
 public:
  Task(grpc::CompletionQueue& queue, absl::Duration wait,
       std::function<void()> work)
      : work_(std::move(work)) {
    alarm_.Set(&queue, absl::ToChronoTime(absl::Now() + wait), this);
  }
  void Proceed(bool /*ok*/) override {
    work_();
    delete this;
  }

 private:
  const std::function<void()> work_;
  grpc::Alarm alarm_;
};

}  // namespace

StreamLoop::~StreamLoop() {
  queue_.Shutdown();
  thread_.join();
}

void StreamLoop::PostAfter(absl::Duration wait, std::function<void()> task) {
  MutexLock lock(&handover_);
  new Task(queue_, wait, std::move(task));
}

void StreamLoop::Run(const std::function<void()>& task) {
  Mutex mutex;
  CondVar ended;
  bool done = false;
  Post([&] {
    task();
    MutexLock lock(&mutex);
    done = true;
    ended.SignalAll();
  });
  MutexLock lock(&mutex);
  while (!done) ended.Wait(&mutex);
}

void StreamLoop::Run() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
    // What started the event has let go of it.
    handover_.Lock();
    handover_.Unlock();
    static_cast<LoopEvent*>(tag)->Proceed(ok);
  }
}

}  // namespace rollcall::swarm
