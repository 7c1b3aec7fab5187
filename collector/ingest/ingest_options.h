#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace rollcall::collector {

// Bounds and cadence of the agents' port.
struct IngestOptions {
  // A larger message is refused by gRPC itself, in bytes.
  int max_message_bytes = 1 << 20;
  // Messages held at once, over all streams, in bytes.
  int64_t byte_budget = 64 << 20;
  // Rows held until their turn ends, over all streams, in bytes after
  // decompression.
  int64_t row_budget = 256 << 20;
  // Rows of one turn held by one stream, in bytes of their canonical form.
  size_t max_turn_bytes = 16 << 20;
  // Streams at once; a further agent is asked to come back later. A held stream
  // costs about 115 KB.
  int max_streams = 20'000;
  // Between check-ins, and between scans. Jitter of 20 % is put in per agent.
  absl::Duration check_in_interval = absl::Minutes(5);
  absl::Duration scan_interval = absl::Hours(1);
  // What an agent that is turned away is asked to wait, before jitter of 50 %.
  absl::Duration retry_after = absl::Seconds(30);
};

}  // namespace rollcall::collector
