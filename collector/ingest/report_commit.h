// Makes durable what an agent said in a turn.
#pragma once

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/ingest/stored_subject.h"
#include "collector/ingest/sync_deps.h"
#include "collector/inventory/subject_update.h"
#include "collector/storage/known_stamp.h"
#include "common/id.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::collector {

// Not thread-safe: one turn after the other. Lives until `done` was called.
class ReportCommit {
 public:
  // What a turn brought.
  struct Turn {
    // What it makes of the subject; null if it brought no facts. Outlives the
    // call.
    const SubjectUpdate* update = nullptr;
    // What it was worked out from, if that was read already.
    std::optional<UpdateBasis> basis;
    std::optional<v1::Evidence> evidence;
  };
  using Done = std::function<void(const absl::StatusOr<KnownStamp>& stamp)>;

  ReportCommit(const SyncDeps& deps, AgentId agent)
      : deps_(deps), agent_(agent) {}

  // Works the turn out: blocking. FAILED_PRECONDITION if the agent must start
  // again; other errors as for PrepareSubjectUpdate. The subject outlives
  // `done`.
  absl::Status Prepare(StoredSubject& subject, Turn turn);

  // Queues what was worked out and calls `done` on the committer's thread: with
  // the stamp, and the subject brought up to date, once all is durable, else
  // with why not. RESOURCE_EXHAUSTED or UNAVAILABLE, and no call, if it cannot
  // be queued.
  absl::Status Submit(Done done);

 private:
  absl::StatusOr<PreparedUpdate> WorkOut();
  absl::Status Build(KnownStamp stamp, const Reader& reader, Writes& writes);
  void Finish(bool stored);

  const SyncDeps& deps_;
  const AgentId agent_;
  StoredSubject* subject_ = nullptr;
  Turn turn_;
  PreparedUpdate prepared_;
};

}  // namespace rollcall::collector
