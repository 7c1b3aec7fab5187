#include "collector/ingest/new_row_quota.h"

#include <algorithm>

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

void NewRowQuota::GiveBack(AgentId agent, int64_t rows) {
  MutexLock lock(&mutex_);
  // Another day may have begun meanwhile.
  const auto brought = brought_.find(agent);
  if (brought == brought_.end()) return;
  brought->second = std::max<int64_t>(0, brought->second - rows);
}

int64_t NewRowQuota::refused() const {
  MutexLock lock(&mutex_);
  return refused_;
}

}  // namespace rollcall::collector
