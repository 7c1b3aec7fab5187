// When each subject last checked in. Kept in memory, so that an unchanged
// check-in costs no write, and stored at intervals: after a crash it may be up
// to one interval behind.
#pragma once

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "collector/storage/shard.h"
#include "common/id.h"
#include "common/sync.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// Thread-safe. Keeps about 100 bytes a subject.
class LastSeenTracker {
 public:
  struct Seen {
    absl::Time time;
    // The vitals of the last check-in since the collector started.
    std::optional<v1::Vitals> vitals;
  };

  // Reads what is stored.
  absl::Status Load(const Reader& reader);

  void Note(SubjectId subject, absl::Time time,
            std::optional<v1::Vitals> vitals);
  // Drops what is known of a subject that was deleted; what is noted of it from
  // now on, by streams that still end, is ignored.
  void Forget(SubjectId subject);
  // To be held by who deletes subjects, from before WriteWithout until Forget:
  // no block from before is stored after.
  Mutex& flush_mutex() ABSL_LOCK_RETURNED(flush_mutex_) { return flush_mutex_; }
  // Adds the writes that leave these subjects out of what is stored.
  void WriteWithout(absl::Span<const SubjectId> subjects, Batch& batch) const;
  // Nothing if the subject never checked in.
  std::optional<Seen> Get(SubjectId subject) const;

  // Blocks that have changed since they were stored: at most one a shard.
  int64_t unstored() const;

  // Stores what was noted since the last call. Blocking. On an error nothing is
  // lost: the next call stores it.
  absl::Status Flush(Committer& committer);

 private:
  // Subjects are kept, and stored, by their shard.
  struct Shard {
    mutable Mutex mutex;
    absl::flat_hash_map<SubjectId, Seen> seen ABSL_GUARDED_BY(mutex);
    // Subjects that were deleted since the start.
    absl::flat_hash_set<SubjectId> gone ABSL_GUARDED_BY(mutex);
    bool dirty ABSL_GUARDED_BY(mutex) = false;
  };
  // When the subjects of a shard were seen, ordered.
  using Times = std::vector<std::pair<SubjectId, int64_t>>;
  static Times TimesOf(const Shard& shard)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  static void PutBlock(uint16_t number, const Times& times, Batch& batch);
  // Adds the block of a shard that changed since it was stored; returns whether
  // there is one.
  bool TakeBlock(uint16_t number, Batch& batch);

  // Held from taking blocks until they are stored.
  Mutex flush_mutex_;
  std::array<Shard, kShardCount> shards_;
};

}  // namespace rollcall::collector
