// One stream of messages to a caller: who writes, and who ends it.
#pragma once

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/sync.h"

namespace rollcall::collector {

// What is done to the stream. Called under a lock: it must not come back.
class WritableStream {
 public:
  virtual ~WritableStream() = default;
  // Begins to write the next message; false if there is none.
  virtual bool BeginNextWrite() = 0;
  virtual void FinishWith(const absl::Status& status) = 0;
  // Makes the write that is under way fail.
  virtual void BreakWrite() = 0;
};

// Settles it: at most one write is under way, and it is finished once, by
// whoever ends it, or by the write that is under way then. A write that is not
// taken for too long, or at all on a stream that was ended, is found by one
// sweep and made to fail by the next. Thread-safe; may outlive the stream,
// which says so by Detach.
class StreamLine {
 public:
  explicit StreamLine(WritableStream& stream) : stream_(&stream) {}

  // There may be messages, from now on also first ones.
  void Open() {
    MutexLock lock(&mutex_);
    busy_ = false;
    Continue();
  }
  // There may be messages again. Nothing before Open.
  void Wake() {
    MutexLock lock(&mutex_);
    Continue();
  }
  // The write is over; `ok`: it was taken.
  void Wrote(bool ok) {
    MutexLock lock(&mutex_);
    busy_ = false;
    if (!ok && !ended_.has_value()) {
      ended_ = absl::CancelledError("the caller hung up");
    }
    Continue();
  }
  // Ends it with `status`, unless it was ended.
  void End(const absl::Status& status) {
    MutexLock lock(&mutex_);
    if (ended_.has_value()) return;
    ended_ = status;
    Continue();
  }
  // Whether it was ended, so that there is nothing to open.
  bool has_ended() const {
    MutexLock lock(&mutex_);
    return ended_.has_value();
  }
  // As End, before Open, by whoever would have opened it.
  void Refuse(const absl::Status& status) {
    MutexLock lock(&mutex_);
    if (!ended_.has_value()) ended_ = status;
    busy_ = false;
    Continue();
  }
  // `now` is of the monotonic clock. To be called at intervals.
  void Sweep(absl::Duration now, absl::Duration patience) {
    MutexLock lock(&mutex_);
    if (stream_ == nullptr || !writing_) return;
    if (!begun_.has_value()) begun_ = now;
    if (!ended_.has_value() && now - *begun_ <= patience) return;
    if (!std::exchange(found_late_, true)) return;
    if (!ended_.has_value()) {
      ended_ = absl::DeadlineExceededError("a message was not taken in time");
    }
    stream_->BreakWrite();
  }
  void Detach() {
    MutexLock lock(&mutex_);
    stream_ = nullptr;
  }

 private:
  void Continue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (stream_ == nullptr || busy_ || finished_) return;
    writing_ = false;
    found_late_ = false;
    begun_.reset();
    if (ended_.has_value()) {
      finished_ = true;
      stream_->FinishWith(*ended_);
    } else {
      busy_ = writing_ = stream_->BeginNextWrite();
    }
  }

  mutable Mutex mutex_;
  WritableStream* stream_ ABSL_GUARDED_BY(mutex_);
  // Whether a write is under way, or it was not opened yet.
  bool busy_ ABSL_GUARDED_BY(mutex_) = true;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // When a sweep first saw the write.
  std::optional<absl::Duration> begun_ ABSL_GUARDED_BY(mutex_);
  bool found_late_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rollcall::collector
