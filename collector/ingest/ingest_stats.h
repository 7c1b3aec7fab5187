#pragma once

#include <atomic>
#include <cstdint>

namespace rollcall::collector {

// Counts of the agents' port since start. Thread-safe.
struct IngestStats {
  std::atomic<int64_t> streams{0};
  std::atomic<int64_t> streams_opened{0};
  std::atomic<int64_t> streams_turned_away{0};
  std::atomic<int64_t> messages{0};
  std::atomic<int64_t> messages_malformed{0};
  std::atomic<int64_t> bytes{0};
  std::atomic<int64_t> syncs_committed{0};
  std::atomic<int64_t> check_ins{0};
  // Check-ins whose small difference was taken without a turn.
  std::atomic<int64_t> changes_taken{0};
  std::atomic<int64_t> identity_conflicts{0};
  std::atomic<int64_t> unauthenticated{0};
};

}  // namespace rollcall::collector
