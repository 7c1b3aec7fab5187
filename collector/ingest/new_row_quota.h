// How many rows that the fleet did not know one agent may bring in a day.
#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/id.h"
#include "common/sync.h"

namespace rollcall::collector {

// A row that was stored has a number, which is never given twice, and history
// keeps it: an agent that makes rows up would use both up for all others.
// Keeps some 30 bytes for each agent that brought any today. Thread-safe.
class NewRowQuota {
 public:
  // More than the largest report may have.
  static constexpr int64_t kUsualPerDay = 200'000;

  // The clock outlives it.
  explicit NewRowQuota(const Clock& clock, int64_t per_day = kUsualPerDay)
      : clock_(clock), per_day_(per_day), day_end_(clock.Monotonic() + kDay) {}

  // Whether the agent may bring so many more today; they count if so.
  bool Take(AgentId agent, int64_t rows);

  // Takes back what Take counted, where the rows could not be stored.
  void GiveBack(AgentId agent, int64_t rows);

  int64_t per_day() const { return per_day_; }
  // How often one might not, since the start.
  int64_t refused() const;

 private:
  static constexpr absl::Duration kDay = absl::Hours(24);

  const Clock& clock_;
  const int64_t per_day_;
  mutable Mutex mutex_;
  absl::Duration day_end_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<AgentId, int64_t> brought_ ABSL_GUARDED_BY(mutex_);
  int64_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rollcall::collector
