// What an echo stores before it answers, with as little ado as possible.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "common/clock.h"

namespace rollcall::bench {

// Stores rows: all of a message in one write. Thread-safe.
class PlainRows {
 public:
  // `kTogether`: all in one entry. `kById`: each row under its id.
  enum class Entries { kTogether, kById };

  // `engine` outlives this.
  PlainRows(collector::Engine& engine, Entries entries)
      : engine_(engine), entries_(entries) {}

  // Decodes a message of rows as the collector must, and stores them durably.
  absl::Status Store(const grpc::ByteBuffer& bytes);

 private:
  collector::Engine& engine_;
  const Entries entries_;
  std::atomic<int64_t> count_{0};
};

// Commits entries of the sizes that a subject's change of one row has, those of
// many subjects in one write. Thread-safe.
class PlainCommits {
 public:
  // Outlives this.
  explicit PlainCommits(collector::Engine& engine)
      : committer_(engine, stamps_) {}

  // Of subject number `subject`. `done` is told on another thread whether they
  // are durable.
  absl::Status Commit(uint64_t subject, std::function<void(bool)> done);
  // Numbers subjects.
  uint64_t Next() { return ++subjects_; }

 private:
  const SystemClock clock_;
  collector::HybridClock stamps_{clock_};
  std::atomic<uint64_t> subjects_{0};
  collector::Committer committer_;
};

}  // namespace rollcall::bench
