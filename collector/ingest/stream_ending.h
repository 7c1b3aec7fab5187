// Who finishes a stream that may be ended from outside.
#pragma once

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "collector/ingest/live_streams.h"
#include "common/sync.h"

namespace rollcall::collector {

// What is done to the stream. Called under a lock: it must not come back.
class EndableStream {
 public:
  virtual ~EndableStream() = default;
  virtual void BeginRead() = 0;
  virtual void FinishWith(const absl::Status& status) = 0;
};

// Settles it: one who ends the stream finishes it if it waits for a message,
// else the stream does when it is about to wait. Thread-safe; may outlive the
// stream, which says so by Detach.
class StreamEnding final : public LiveStream {
 public:
  explicit StreamEnding(EndableStream& stream) : stream_(&stream) {}

  void End(const absl::Status& status) override {
    MutexLock lock(&mutex_);
    if (stream_ == nullptr || ended_.has_value()) return;
    ended_ = status;
    if (std::exchange(waiting_, false)) stream_->FinishWith(status);
  }

  bool EndIfLate(absl::Duration now) override {
    MutexLock lock(&mutex_);
    if (stream_ == nullptr || !waiting_ || now <= wait_until_) return false;
    waiting_ = false;
    ended_ = absl::DeadlineExceededError("no whole message came in time");
    stream_->FinishWith(*ended_);
    return true;
  }

  // Waits for a message, or finishes if the stream was ended. `until` is of the
  // monotonic clock.
  void Wait(absl::Duration until) {
    MutexLock lock(&mutex_);
    if (ended_.has_value()) {
      stream_->FinishWith(*ended_);
      return;
    }
    waiting_ = true;
    wait_until_ = until;
    stream_->BeginRead();
  }

  // Whether the stream still waited.
  bool Wake() {
    MutexLock lock(&mutex_);
    return std::exchange(waiting_, false);
  }

  void Detach() {
    MutexLock lock(&mutex_);
    stream_ = nullptr;
  }

 private:
  Mutex mutex_;
  EndableStream* stream_ ABSL_GUARDED_BY(mutex_);
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration wait_until_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
