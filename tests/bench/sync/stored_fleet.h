// A fleet that is stored without streams: through the commit pipeline, as fast
// as it takes changes.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "collector/identity/subjects.h"
#include "collector/inventory/base_sets.h"
#include "collector/inventory/last_seen.h"
#include "collector/inventory/row_directory.h"
#include "collector/inventory/subject_update.h"
#include "collector/storage/committer.h"
#include "common/clock.h"
#include "common/random.h"
#include "common/sync.h"
#include "tests/swarm/fleet_generator.h"

namespace rollcall::bench {

// Not thread-safe.
class StoredFleet {
 public:
  // Hosts from 0 on belong to `agents`, as far as those go; the others to
  // agents that nobody is. The fleet outlives it.
  StoredFleet(const swarm::FleetGenerator& fleet, std::string path,
              std::vector<AgentId> agents);

  // Opens the store, which Close closed or which is new.
  absl::Status Open();
  void Close();

  // Adds hosts as they are on the first day until there are `hosts`.
  absl::Status Grow(uint32_t hosts);
  // All hosts live through the days from 1 to `days`; returns how often one
  // changed. REQUIRES: they did not before.
  absl::StatusOr<int64_t> Live(uint32_t days);
  // Compares the hosts that were added with all others, as the collector does
  // in the background: their identity is then in the store as well.
  absl::Status Link();
  uint32_t hosts() const { return static_cast<uint32_t>(subjects_of_.size()); }

  // Milliseconds until the first page of who has each of these packages.
  absl::StatusOr<std::vector<double>> TimeHolders(
      const std::vector<std::string>& packages);
  // The bytes of the store, with nothing in memory and nothing to compact.
  absl::StatusOr<double> Weigh();

 private:
  collector::SubjectUpdate UpdateOf(uint32_t host, const swarm::Report& report);
  // Queues what the host states; waits while too many are under way.
  absl::Status Submit(uint32_t host, const swarm::Report& report, bool first);
  // Until all is written.
  absl::Status Drain();

  const swarm::FleetGenerator& fleet_;
  const std::string path_;
  SystemClock clock_;
  SystemRandom random_;
  collector::Subjects subjects_;
  collector::HybridClock hybrid_clock_{clock_};
  std::vector<AgentId> agents_of_;
  std::vector<SubjectId> subjects_of_;
  // Written by the committer; a deque, since references to it stay good.
  std::deque<uint32_t> ordinals_of_;
  std::vector<DeviceId> devices_of_;
  // Fleet rows that the store has.
  absl::flat_hash_set<RowId> known_;

  Mutex mutex_;
  CondVar ended_;
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  // Last: the committer writes what waits before the rest goes.
  std::unique_ptr<collector::Engine> engine_;
  std::unique_ptr<collector::RowDirectory> rows_;
  std::unique_ptr<collector::BaseSets> bases_;
  std::optional<collector::Content> content_;
  std::unique_ptr<collector::Committer> committer_;
  std::unique_ptr<collector::LastSeenTracker> last_seen_;
};

}  // namespace rollcall::bench
