// The one writer: groups many changes into one write and one sync, and answers
// each only after its data is on disk.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/sync.h"

namespace rollcall::collector {

// What a change writes: all of it takes effect together.
struct Writes {
  Batch head;
};

// One change to the store.
struct Change {
  // What the change reads or writes that others change too, for example
  // "subject/<id>". Of two changes with a common name the later sees what the
  // earlier wrote; of two without one the later may take effect first.
  std::vector<std::string> names;
  // Reads the store as it is and says what to write. Runs on the committer's
  // thread: no waiting, but for the disk. An error drops the change.
  std::function<absl::Status(KnownStamp stamp, const Reader& reader,
                             Writes& writes)>
      build;
  // Called once, on the committer's thread, with the stamp once everything is
  // durable, else with why not. No waiting.
  std::function<void(absl::StatusOr<KnownStamp> result)> done;
};

struct CommitterOptions {
  // Changes that may wait; more are refused.
  size_t max_queue = 4'096;
  // Changes written together at most, and bytes, so that none waits long.
  size_t max_group = 512;
  size_t max_group_bytes = 8 << 20;
  // Where so many came while a group was written that took all there were, the
  // next group waits for company: until so many are there, or so long. A write
  // costs about the same for few as for many; changes that come one by one, or
  // had to be left for the next group, do not wait.
  size_t gather_from = 4;
  size_t gather_until = 128;
  absl::Duration gather_for = absl::Milliseconds(3);
};

struct CommitterStats {
  int64_t changes = 0;
  int64_t groups = 0;
  int64_t failures = 0;
  int64_t refused = 0;
  size_t queue = 0;
};

// Thread-safe.
class Committer {
 public:
  // Both outlive this. Takes up after the newest stamp in the store.
  Committer(Engine& engine, HybridClock& clock, CommitterOptions options = {});
  // Writes what waits, then stops.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // Queues the change. RESOURCE_EXHAUSTED if too many wait, UNAVAILABLE while
  // stopping, DATA_LOSS if the store's newest stamp was unreadable at the
  // start; `done` is then not called.
  absl::Status Submit(Change change);

  // Submits and waits. Blocking: never from a reaction or the committer itself.
  absl::StatusOr<KnownStamp> Commit(
      std::vector<std::string> names,
      std::function<absl::Status(KnownStamp, const Reader&, Writes&)> build);

  CommitterStats stats() const;

 private:
  void Run();
  // Waits as CommitterOptions say.
  void Gather() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // From the head of the queue on, those that can be written together.
  std::vector<Change> TakeGroup() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PutBack(std::vector<Change> group, size_t first);
  void WriteGroup(std::vector<Change> group);

  Engine& engine_;
  HybridClock& clock_;
  const CommitterOptions options_;
  // Whether the store's newest stamp is known.
  const absl::Status observed_;

  mutable Mutex mutex_;
  CondVar wake_;
  std::deque<Change> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Whether the last group left some in the queue.
  bool left_some_ ABSL_GUARDED_BY(mutex_) = false;
  CommitterStats stats_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;  // last: starts when all else is ready
};

}  // namespace rollcall::collector
