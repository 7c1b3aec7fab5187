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
  virtual void BeginWrite() = 0;
  virtual void FinishWith(const absl::Status& status) = 0;
  // Makes the write that is under way fail.
  virtual void BreakWrite() = 0;
};

// Settles it: one who ends the stream finishes it if it waits for a message,
// else the stream does when it is about to wait. A write that goes on for too
// long, or at all on a stream that was ended, is found by one sweep and made to
// fail by the next: one who takes nothing holds no stream open. Thread-safe;
// may outlive the stream, which says so by Detach.
class StreamEnding final : public LiveStream {
 public:
  explicit StreamEnding(EndableStream& stream) : stream_(&stream) {}

  void End(const absl::Status& status) override {
    MutexLock lock(&mutex_);
    if (stream_ == nullptr || ended_.has_value()) return;
    ended_ = status;
    if (doing_ == Doing::kReading) FinishRead();
  }

  bool EndIfLate(absl::Duration now) override {
    MutexLock lock(&mutex_);
    if (stream_ == nullptr || doing_ == Doing::kHandling) return false;
    if (doing_ == Doing::kReading) {
      if (now <= until_) return false;
      ended_ = absl::DeadlineExceededError("no whole message came in time");
      FinishRead();
      return true;
    }
    if (!ended_.has_value() && now <= until_) return false;
    // At the next sweep: of one that is done the stream may not have heard yet.
    if (!std::exchange(found_late_, true)) return false;
    const bool was_ended = ended_.has_value();
    if (!was_ended) {
      ended_ = absl::DeadlineExceededError("an answer was not taken in time");
    }
    stream_->BreakWrite();
    return !was_ended;
  }

  // Waits for a message, or finishes if the stream was ended. `until` is of the
  // monotonic clock.
  void Wait(absl::Duration until) {
    MutexLock lock(&mutex_);
    if (ended_.has_value()) {
      stream_->FinishWith(*ended_);
      return;
    }
    doing_ = Doing::kReading;
    until_ = until;
    stream_->BeginRead();
  }

  // Whether the stream still waited.
  bool Wake() {
    MutexLock lock(&mutex_);
    return std::exchange(doing_, Doing::kHandling) == Doing::kReading;
  }

  // Writes also where the stream was ended. `until` as in Wait.
  void Write(absl::Duration until) {
    MutexLock lock(&mutex_);
    doing_ = Doing::kWriting;
    until_ = until;
    found_late_ = false;
    stream_->BeginWrite();
  }

  // The write is over.
  void Wrote() {
    MutexLock lock(&mutex_);
    doing_ = Doing::kHandling;
  }

  void Detach() {
    MutexLock lock(&mutex_);
    stream_ = nullptr;
  }

 private:
  enum class Doing { kHandling, kReading, kWriting };

  void FinishRead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    doing_ = Doing::kHandling;
    stream_->FinishWith(*ended_);
  }

  Mutex mutex_;
  EndableStream* stream_ ABSL_GUARDED_BY(mutex_);
  Doing doing_ ABSL_GUARDED_BY(mutex_) = Doing::kHandling;
  // When the read or the write must be over.
  absl::Duration until_ ABSL_GUARDED_BY(mutex_);
  // A sweep found that the write must be over.
  bool found_late_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
