// What keeps postings up to date and looks daily whether the store is right.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "collector/app/ticker.h"
#include "collector/inventory/posting_keeper.h"
#include "collector/inventory/store_check.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// Since the start. Thread-safe.
struct PostingStats {
  std::atomic<int64_t> changes_taken{0};
  std::atomic<int64_t> failures{0};
  std::atomic<int64_t> checks{0};
  // What the last check found.
  std::atomic<int64_t> differences{0};
};

// The next time of day `at` (since midnight) after `now`, in a time zone.
absl::Time NextDaily(absl::Time now, absl::Duration at,
                     const absl::TimeZone& zone);

// Works on threads of its own from Start to Stop. The engine outlives it.
class PostingUpkeep {
 public:
  // `check_at`: when the store is checked each day, local time since midnight;
  // `others` are checked with it.
  PostingUpkeep(Engine& engine, absl::Duration check_at,
                std::vector<PartCheck> others)
      : engine_(engine),
        keeper_(engine),
        check_at_(check_at),
        others_(std::move(others)) {}

  void Start();
  // Ends a check in progress; a write in progress is waited for.
  void Stop();

  PostingKeeper& keeper() { return keeper_; }
  const PostingStats& stats() const { return stats_; }

 private:
  void CatchUp();
  void CheckIfDue();

  Engine& engine_;
  PostingKeeper keeper_;
  const absl::Duration check_at_;
  const std::vector<PartCheck> others_;
  PostingStats stats_;
  std::atomic<bool> stopping_{false};
  absl::Time next_check_;  // only on the checker's thread
  std::optional<Ticker> catcher_;
  std::optional<Ticker> checker_;
};

}  // namespace rollcall::collector
