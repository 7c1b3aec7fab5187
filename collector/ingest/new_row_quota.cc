#include "collector/ingest/new_row_quota.h"

namespace rollcall::collector {

bool NewRowQuota::Take(AgentId agent, int64_t rows) {
  if (rows == 0) return true;
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(&mutex_);
  if (now >= day_end_) {
    day_end_ = now + kDay;
    brought_.clear();
  }
  int64_t& brought = brought_[agent];
  if (rows > per_day_ - brought) {
    ++refused_;
    return false;
  }
  brought += rows;
  return true;
}

int64_t NewRowQuota::refused() const {
  MutexLock lock(&mutex_);
  return refused_;
}

}  // namespace rollcall::collector
