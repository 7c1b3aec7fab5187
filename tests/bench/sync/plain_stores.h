// What an echo stores before it answers, with as little ado as possible.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <cstdint>
#include <functional>

#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "common/clock.h"

namespace rollcall::bench {

// Thread-safe; outlives every call of `done`.
class PlainStore {
 public:
  using Done = std::function<void(bool stored)>;
  virtual ~PlainStore() = default;
  // Stores what the stream of that number said. `done` is told once, on any
  // thread, whether it is durable.
  virtual void Store(uint64_t stream, const grpc::ByteBuffer& message,
                     Done done) = 0;
};

// Decodes a message of rows as the collector must, and stores all of it in one
// synced Put.
class PlainHosts final : public PlainStore {
 public:
  // `engine` outlives this.
  explicit PlainHosts(collector::Engine& engine) : engine_(engine) {}
  void Store(uint64_t stream, const grpc::ByteBuffer& message,
             Done done) override;

 private:
  collector::Engine& engine_;
  std::atomic<int64_t> count_{0};
};

// Writes what many streams said together, with one sync.
class GroupedStore : public PlainStore {
 protected:
  // `engine` outlives this.
  explicit GroupedStore(collector::Engine& engine)
      : committer_(engine, stamps_) {}
  void Write(uint64_t stream, collector::Batch batch, Done done);
  collector::KnownStamp NextStamp() { return stamps_.Next(); }

 private:
  const SystemClock clock_;
  collector::HybridClock stamps_{clock_};
  collector::Committer committer_;
};

// Decodes a message of rows, and puts each under its id.
class PlainRows final : public GroupedStore {
 public:
  explicit PlainRows(collector::Engine& engine) : GroupedStore(engine) {}
  void Store(uint64_t stream, const grpc::ByteBuffer& message,
             Done done) override;
};

// Does not look at the message; puts entries of the sizes that a subject's
// change of one row has.
class PlainChanges final : public GroupedStore {
 public:
  explicit PlainChanges(collector::Engine& engine) : GroupedStore(engine) {}
  void Store(uint64_t stream, const grpc::ByteBuffer& message,
             Done done) override;
};

}  // namespace rollcall::bench
