// Rows and bases on their way into the store.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "collector/storage/engine.h"
#include "common/sync.h"

namespace rollcall::collector {

// Collects writes of content until somebody needs them in the store, so that
// those who bring rows wait neither for the disk nor for each other, and many
// machines' rows go in one write. Thread-safe.
//
// Writes take effect in the order in which they were added. What the store did
// not take stays here, and is tried again with the next WriteThrough().
class ContentWriter {
 public:
  // Which writes: each batch that goes to the store has the next number.
  using Number = uint64_t;

  // The engine outlives it.
  explicit ContentWriter(Engine& engine) : engine_(engine) {}

  // Takes writes over; returns what they will be written with.
  Number Add(Batch writes);
  // What is added now would be written with.
  Number current() const;
  bool IsWritten(Number number) const { return number <= written_; }
  // Returns once all up to there is in the store: durable with the next synced
  // write. UNAVAILABLE if the store fails. Blocking.
  absl::Status WriteThrough(Number number);
  absl::Status WriteAll() { return WriteThrough(current()); }
  // Bytes that are not in the store yet.
  size_t bytes() const;

 private:
  absl::Status WriteWaiting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);

  Engine& engine_;
  // Held during a write.
  Mutex write_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  mutable Mutex mutex_;
  Batch waiting_ ABSL_GUARDED_BY(mutex_);
  // Of the write that is under way.
  size_t writing_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  Number current_ ABSL_GUARDED_BY(mutex_) = 1;
  std::atomic<Number> written_{0};
};

}  // namespace rollcall::collector
