#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "common/rows.h"

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
  // Likewise, over the streams of one agent: a little more than the largest
  // turn takes, so that one agent does not hold what the others need.
  int64_t agent_row_budget = 64 << 20;
  // Rows of one turn held by one stream, in bytes of their canonical form.
  size_t max_turn_bytes = 16 << 20;
  // Streams at once; a further agent is asked to come back later. A held stream
  // costs about 115 KB.
  int max_streams = 20'000;
  // Of one agent; a further one is likewise asked. More than it is ever served
  // on (TwinOptions): those that wait for their Hello, or that are ending,
  // count too.
  size_t max_agent_streams = 16;
  // Streams held for agents that have said what they had to say. Beyond, an
  // agent is asked to hang up when it has checked in, and to call back after
  // that long, before jitter of 20 %: a new stream costs about 3 ms of CPU, and
  // a scan is not made more often. What is left up to max_streams is room for
  // those who call.
  int held_streams = 16'000;
  absl::Duration call_back_after = absl::Hours(1);
  // How long a new stream may go without its Hello, and one in the middle of a
  // turn without the next whole message, which may be large and the line slow;
  // so may an answer be, until it is taken.
  // Between check-ins it may be silent for three intervals and a minute.
  absl::Duration hello_within = absl::Seconds(20);
  absl::Duration message_within = absl::Minutes(5);
  // How long a whole turn may take: what it brought is held in memory.
  absl::Duration turn_within = absl::Minutes(30);
  // For this long after the start new streams are let in at no more than a
  // rate, in streams a second; zero: at once.
  absl::Duration slow_start = absl::Minutes(5);
  int slow_start_rate = 500;
  // Between check-ins, and between scans. Jitter of 20 % is put in per agent.
  absl::Duration check_in_interval = absl::Minutes(5);
  absl::Duration scan_interval = absl::Hours(1);
  // The row schema level that plans name where the agent knows it. Lower it to
  // keep a way back to a collector that does not know the newest.
  int row_level = kRowLevel;
  // What an agent that is turned away is asked to wait, before jitter of 50 %.
  absl::Duration retry_after = absl::Seconds(30);
};

}  // namespace rollcall::collector
