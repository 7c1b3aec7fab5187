// The agents' port of a collector in this process, over a store and with a
// clock of the test's own.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "collector/ingest/sync_service.h"
#include "collector/rpc/grpc_listener.h"
#include "tests/support/fake_random.h"
#include "tests/support/subject_report.h"
#include "tests/support/test_pki.h"

namespace rollcall::testing {

// How much may wait in one.
struct LocalCollectorBounds {
  size_t changes = 4'096;
  size_t messages = 4'096;
};

// Listens from Start to Stop. Its methods are for one thread.
class LocalCollector {
 public:
  // Both outlive it.
  LocalCollector(collector::Engine& engine, const Clock& clock,
                 LocalCollectorBounds bounds = {})
      : engine_(engine), clock_(clock), bounds_(bounds) {}
  ~LocalCollector() { Stop(); }

  // On a free port, for agents with certificates of `pki`.
  absl::Status Start(const TestPki& pki);
  // Ends all streams; nothing is written any more.
  void Stop();

  int port() const { return listener_->port(); }
  // Ends the streams that waited too long; how many those were so far.
  int64_t EndLate() {
    service_.EndLate();
    return stats_.streams_late;
  }
  collector::CommitterStats commits() const { return committer_.stats(); }
  // A stamp after all that was given, and before all that will be.
  collector::KnownStamp Mark() { return hybrid_.Next(); }

  // The root of all rows that the store holds for the agent, as known at
  // `as_of`; computed from the rows, not read. Nothing if it had not reported.
  // REQUIRES: nothing is written for that agent meanwhile.
  absl::StatusOr<std::optional<RootId>> RootOf(
      AgentId agent,
      collector::KnownStamp as_of = collector::KnownStamp::Max()) const;

 private:
  collector::Engine& engine_;
  const Clock& clock_;
  const LocalCollectorBounds bounds_;
  FakeRandom random_;
  collector::HybridClock hybrid_{clock_};
  SharedContent shared_{engine_};
  const collector::IngestOptions options_;
  collector::IngestStats stats_;
  collector::ByteBudget budget_{8 << 20};
  collector::ByteBudget row_budget_{8 << 20};
  collector::NewRowQuota new_rows_{clock_};
  collector::Committer committer_{
      engine_, hybrid_, {.max_queue = bounds_.changes}};
  collector::Subjects subjects_;
  collector::LastSeenTracker last_seen_;
  collector::Executor executor_{{.threads = 2, .max_queue = bounds_.messages}};
  const collector::SyncDeps deps_{
      engine_, shared_.content, committer_, subjects_,   last_seen_, clock_,
      random_, options_,        stats_,     row_budget_, new_rows_};
  collector::SyncServiceImpl service_{deps_, executor_, budget_};
  std::unique_ptr<collector::GrpcListener> listener_;
};

}  // namespace rollcall::testing
