// The part of BaseSets that deletes bases.
#include <utility>

#include "collector/inventory/base_sets.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {

void BaseSets::BeginMarks() {
  MutexLock lock(&mutex_);
  older_marks_ = std::exchange(marks_, {});
}

void BaseSets::Mark(RootId root) {
  MutexLock lock(&mutex_);
  marks_.insert(root);
}

absl::StatusOr<std::vector<BaseSets::StoredBase>> BaseSets::UnmarkedFrom(
    RootId from, size_t most, SweepStep<RootId>& step) {
  auto entries = kBaseTable.ScanFrom(engine_, {from}, KeyWriter());
  std::vector<StoredBase> bases;
  for (size_t count = 0;; ++count) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) break;
    if (count == most) {
      step.next = entry->key.root;
      break;
    }
    const auto sketch = SketchFromBytes(entry->value.sketch());
    if (!sketch.has_value()) {
      return absl::DataLossError("a base set is stored without its sketch");
    }
    bases.push_back({entry->key.root, *sketch,
                     static_cast<int64_t>(entry->value.ByteSizeLong())});
  }
  const size_t all = bases.size();
  MutexLock lock(&mutex_);
  std::erase_if(
      bases, [&](const StoredBase& base) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return IsMarked(base.root);
      });
  step.kept += static_cast<int64_t>(all - bases.size());
  return bases;
}

std::vector<BaseSets::StoredBase> BaseSets::Condemn(
    absl::Span<const StoredBase> bases) {
  std::vector<StoredBase> condemned;
  MutexLock lock(&mutex_);
  ForgetWritten();
  ++sweeps_;
  for (const StoredBase& base : bases) {
    if (IsMarked(base.root) || unwritten_.contains(base.root)) continue;
    const auto kept = kept_.find(base.root);
    if (kept != kept_.end()) {
      kept_rows_ -= kept->second.rows->ids.size();
      kept_.erase(kept);
    }
    DropSketch(base.root, base.sketch);
    condemned_.insert(base.root);
    condemned.push_back(base);
  }
  return condemned;
}

absl::StatusOr<SweepStep<RootId>> BaseSets::SweepSome(RootId from,
                                                      size_t most) {
  SweepStep<RootId> step;
  ROLLCALL_ASSIGN_OR_RETURN(const auto unmarked,
                            UnmarkedFrom(from, most, step));
  if (unmarked.empty()) return step;
  MutexLock keep_lock(&keep_mutex_);
  const std::vector<StoredBase> condemned = Condemn(unmarked);
  step.kept += static_cast<int64_t>(unmarked.size() - condemned.size());
  Batch batch;
  for (const StoredBase& base : condemned) {
    kBaseTable.Delete(batch, {base.root});
  }
  const absl::Status deleted = engine_.Write(batch, Durability::kBuffered);
  MutexLock lock(&mutex_);
  condemned_.clear();
  ++sweeps_;
  if (!deleted.ok()) {
    for (const StoredBase& base : condemned) AddSketch(base.root, base.sketch);
    return deleted;
  }
  for (const StoredBase& base : condemned) {
    ++step.collected;
    step.bytes += base.bytes;
  }
  return step;
}

}  // namespace rollcall::collector
