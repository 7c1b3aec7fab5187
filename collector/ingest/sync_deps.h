#pragma once

#include <cstdint>

#include "collector/identity/subjects.h"
#include "collector/ingest/byte_budget.h"
#include "collector/ingest/ingest_options.h"
#include "collector/ingest/ingest_stats.h"
#include "collector/ingest/new_row_quota.h"
#include "collector/inventory/base_sets.h"
#include "collector/inventory/last_seen.h"
#include "collector/storage/committer.h"
#include "common/clock.h"
#include "common/random.h"

namespace rollcall::collector {

// What a conversation works with; all outlive it.
struct SyncDeps {
  Engine& engine;
  const Content& content;
  Committer& committer;
  const Subjects& subjects;
  LastSeenTracker& last_seen;
  const Clock& clock;
  Random& random;
  const IngestOptions& options;
  IngestStats& stats;
  // For rows that were taken and wait for their turn's end, over all streams.
  ByteBudget& row_budget;
  NewRowQuota& new_rows;
  int64_t store_incarnation = 1;
};

}  // namespace rollcall::collector
