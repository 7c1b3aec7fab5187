// What keeps the store small: dropping what is older than it is to be kept, and
// collecting what nothing refers to.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "collector/inventory/base_sets.h"
#include "collector/inventory/collection.h"
#include "collector/inventory/deletions.h"
#include "collector/inventory/retention.h"
#include "collector/storage/committer.h"
#include "common/clock.h"
#include "common/sync.h"

namespace rollcall::collector {

struct HousekeepingOptions {
  // Between two runs. What nothing refers to goes at the end of the second run
  // after; what a session was told is there for so long.
  absl::Duration interval = absl::Hours(1);
  HistoryKeeping keep_history;
  // Zero: for ever.
  absl::Duration keep_identity_events;
  // Between two steps of a run, so that agents have the disk meanwhile.
  absl::Duration pause = absl::Milliseconds(5);
};

// Since the start. Thread-safe.
struct HousekeepingStats {
  std::atomic<int64_t> runs{0};
  std::atomic<int64_t> failures{0};
  std::atomic<int64_t> rows_collected{0};
  std::atomic<int64_t> bases_collected{0};
  std::atomic<int64_t> bytes_collected{0};
  std::atomic<int64_t> history_dropped{0};
  std::atomic<int64_t> identity_events_dropped{0};
};

// What it works with; all outlive it.
struct HousekeepingDeps {
  Engine& engine;
  const Content& content;
  const DeviceDirectory& directory;
  Committer& committer;
  Deletions& deletions;
  const Clock& clock;
};

class Housekeeping {
 public:
  Housekeeping(const HousekeepingDeps& deps,
               const HousekeepingOptions& options);

  // One run; says in the log what it did, and what failed. One thread at a
  // time.
  void Run();
  // Ends a run in progress at its next step, and lets none begin. Thread-safe.
  void Stop();

  const HousekeepingStats& stats() const { return stats_; }

 private:
  absl::Status DropHistory();
  absl::Status DropEvents();
  absl::Status Collect();
  absl::Status Pause();

  const HousekeepingDeps deps_;
  const HousekeepingOptions options_;
  HistoryRetention history_;
  ContentCollector collector_;
  HousekeepingStats stats_;
  Mutex mutex_;
  CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rollcall::collector
