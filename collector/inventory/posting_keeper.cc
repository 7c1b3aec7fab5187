#include "collector/inventory/posting_keeper.h"

#include "collector/inventory/posting_overlay.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<size_t> PostingKeeper::TakeOne() {
  const auto snapshot = engine_.Snapshot();
  PostingOverlay overlay(*snapshot);
  ROLLCALL_ASSIGN_OR_RETURN(const size_t taken,
                            overlay.TakeChanges(kMaxChanges));
  Batch batch;
  ROLLCALL_RETURN_IF_ERROR(overlay.Write(batch));
  // Not synced: after a crash of the machine the log has both the changes and
  // what was made of them, or the changes alone, which are then taken again.
  ROLLCALL_RETURN_IF_ERROR(engine_.Write(batch, Durability::kBuffered));
  return taken;
}

absl::StatusOr<size_t> PostingKeeper::TakeAll() {
  size_t all = 0;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const size_t taken, TakeOne());
    all += taken;
    if (taken < kMaxChanges) return all;
  }
}

absl::StatusOr<size_t> PostingKeeper::CatchUp() {
  MutexLock lock(&mutex_);
  return TakeAll();
}

absl::StatusOr<PostingDifferences> PostingKeeper::Check() {
  // Not locked: postings are kept up meanwhile, and what waits in the snapshot
  // is compared as if it were stored. Damage is found by comparing, too.
  const absl::Status caught_up = CatchUp().status();
  if (!caught_up.ok() && !absl::IsDataLoss(caught_up)) return caught_up;
  const auto snapshot = engine_.Snapshot();
  return ComparePostings(*snapshot, nullptr);
}

absl::StatusOr<PostingDifferences> PostingKeeper::Rebuild() {
  MutexLock lock(&mutex_);
  const auto snapshot = engine_.Snapshot();
  Batch corrections;
  ROLLCALL_ASSIGN_OR_RETURN(auto differences,
                            ComparePostings(*snapshot, &corrections));
  ROLLCALL_RETURN_IF_ERROR(engine_.Write(corrections, Durability::kSynced));
  return differences;
}

}  // namespace rollcall::collector
