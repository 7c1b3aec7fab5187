#pragma once

#include <atomic>
#include <cstdint>

namespace rollcall::collector {

// Counts of the agents' port since start. Thread-safe.
struct IngestStats {
  std::atomic<int64_t> streams{0};
  std::atomic<int64_t> streams_opened{0};
  std::atomic<int64_t> streams_turned_away{0};
  // Streams that were ended after a check-in, for want of room to hold them.
  std::atomic<int64_t> streams_hung_up{0};
  // Streams that broke off before their Hello or in the middle of a turn.
  std::atomic<int64_t> streams_broken_off{0};
  // Streams that were ended since no whole message came, or no answer was
  // taken, in time.
  std::atomic<int64_t> streams_late{0};
  std::atomic<int64_t> messages{0};
  std::atomic<int64_t> messages_malformed{0};
  std::atomic<int64_t> bytes{0};
  std::atomic<int64_t> syncs_committed{0};
  std::atomic<int64_t> check_ins{0};
  // Check-ins whose small difference was taken without a turn.
  std::atomic<int64_t> changes_taken{0};
  std::atomic<int64_t> identity_conflicts{0};
  // Hellos that were not judged since the store was restored from a backup.
  std::atomic<int64_t> contacts_paused{0};
  // Of streams of one agent that were open at once: asked for a sign of life;
  // ended as a clone's; since they gave none; and since there were too many.
  std::atomic<int64_t> twins_challenged{0};
  std::atomic<int64_t> twins_cloned{0};
  std::atomic<int64_t> twins_silent{0};
  std::atomic<int64_t> twins_crowded_out{0};
  std::atomic<int64_t> unauthenticated{0};
};

}  // namespace rollcall::collector
