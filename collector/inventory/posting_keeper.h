// Keeps postings up to what subjects hold, off the way of those who report.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/inventory/posting_truth.h"
#include "collector/storage/engine.h"
#include "common/sync.h"

namespace rollcall::collector {

// Thread-safe: one call writes at a time, others wait. The engine outlives it.
//
// All methods: DATA_LOSS if stored bytes are damaged, UNAVAILABLE if the store
// fails. What was not stored then is taken up by the next call.
class PostingKeeper {
 public:
  // Changes that are stored together.
  static constexpr size_t kMaxChanges = 4'096;

  explicit PostingKeeper(Engine& engine) : engine_(engine) {}

  // Stores what changed since the last call; returns how many changes. Damage
  // to postings that a change touches stops it until Rebuild.
  absl::StatusOr<size_t> CatchUp();

  // Recomputes the postings from heads and bases and compares. Damage to
  // postings is a difference; DATA_LOSS is left to heads and bases.
  absl::StatusOr<PostingDifferences> Check();
  // As Check, and writes what is right, with all that waited. Questions are
  // answered meanwhile.
  absl::StatusOr<PostingDifferences> Rebuild();

 private:
  absl::StatusOr<size_t> TakeOne() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<size_t> TakeAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Engine& engine_;
  Mutex mutex_;
};

}  // namespace rollcall::collector
