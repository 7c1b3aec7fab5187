// The collector's figures in the form that Prometheus reads.
#pragma once

#include <string>

#include "collector/app/housekeeping.h"
#include "collector/app/posting_upkeep.h"
#include "collector/identity/enrolment_stats.h"
#include "collector/ingest/byte_budget.h"
#include "collector/ingest/ingest_stats.h"
#include "collector/rpc/call_turns.h"
#include "collector/rpc/executor.h"
#include "collector/storage/committer.h"

namespace rollcall::collector {

// What the figures are read from; all outlive its use.
struct MetricSources {
  const IngestStats& ingest;
  const ByteBudget& message_budget;
  const ByteBudget& row_budget;
  const Executor& executor;
  const CallTurns& questions;
  const Committer& committer;
  // Left out where there is no enrolment.
  const EnrolmentStats* enrolment = nullptr;
  // Connections that the HTTPS port closed for want of room.
  int64_t https_refused = 0;
  // Streams of revoked agents that were ended or refused.
  int64_t streams_revoked = 0;
  // Streams that the slow start did not let in.
  int64_t streams_slow_started = 0;
  // Connections to the HTTPS port now.
  int64_t https_connections = 0;
  // Subjects that wait to be compared, as of the last time.
  int64_t link_due = 0;
  // Blocks of last-seen times that wait to be stored.
  int64_t last_seen_unstored = 0;
  // Left out where there is none.
  const HousekeepingStats* housekeeping = nullptr;
  const PostingStats* postings = nullptr;
  // Connections that the gRPC ports closed for want of file descriptors.
  int64_t agents_refused = 0;
  int64_t admins_refused = 0;
  // Times that accepting one failed, and was put off.
  int64_t accept_failures = 0;
  // Connections to the gRPC ports that said nothing in time, and those that
  // wait for their handshake to begin.
  int64_t silent_connections = 0;
  int64_t waiting_handshakes = 0;
  // Reports of agents that brought too many new rows.
  int64_t new_rows_refused = 0;
  // Admin calls refused for want of a role.
  int64_t calls_refused = 0;
  // Streams to admins that are open now.
  int64_t admin_streams = 0;
};

// The text of /metrics. Thread-safe; does not block.
std::string MetricsText(const MetricSources& sources);

}  // namespace rollcall::collector
