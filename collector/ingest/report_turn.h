// The turn of messages that brings what the collector lacks of a report: roots,
// then deltas, then rows.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/ingest/byte_budget.h"
#include "collector/ingest/sync_deps.h"
#include "collector/inventory/row_set.h"
#include "collector/inventory/subject_update.h"
#include "common/id.h"
#include "rollcall/stored/v1/inventory.pb.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::collector {

// What the turn is about.
struct TurnSubject {
  SubjectId subject;
  // What the store holds of it; empty where it never reported.
  stored::v1::Head head;
  // The row schema level of the conversation.
  int row_level = 0;
};

// Not thread-safe. Its methods are called in the order of the protocol; they
// read the store, and so may block.
//
// Errors: INVALID_ARGUMENT where a message is malformed or exceeds a limit,
// RESOURCE_EXHAUSTED where the rows of the turn do, UNAVAILABLE where all
// streams together, or the agent's, hold too much. Only Clear helps then.
class ReportTurn {
 public:
  // `agent` reports.
  ReportTurn(const SyncDeps& deps, AgentId agent)
      : deps_(deps), agent_(agent) {}

  // Begins anew: what is wanted of each section.
  absl::StatusOr<v1::Want> Begin(const v1::Roots& roots, TurnSubject subject);

  // Whether a Delta is due.
  bool AwaitsDelta() const { return deltas_ < due_.size(); }
  absl::Status TakeDelta(const v1::Delta& delta);

  // After the last Delta: which rows are unknown.
  absl::StatusOr<v1::Need> AskForRows();
  // Whether any were asked for.
  bool AskedForRows() const { return !needed_.empty(); }
  absl::Status TakeRows(const v1::Rows& rows);

  // Takes a report that is complete in itself instead.
  absl::Status TakeWhole(SubjectUpdate update);

  // What was reported, as far as it is known.
  SubjectUpdate& update() { return update_; }
  // Lets go of all that was held, but for the root of what was reported.
  void Clear();

 private:
  // What is wanted of one section; takes it where the set is known.
  absl::StatusOr<v1::SectionWant> WantOf(const std::string& name, RootId root);
  // The root that the store holds of the section at this level; empty: none.
  std::string StoredRoot(const std::string& name) const;
  // What the delta is against.
  absl::StatusOr<BasedSet<RowId>> BaseOf(const v1::Delta& delta) const;
  absl::Status TakeFrame(const std::string& frame);
  absl::Status AddRow(const std::string& canonical);
  // Counts memory of the turn against the agent's part of the budget that all
  // streams share.
  absl::Status Hold(size_t bytes);

  const SyncDeps& deps_;
  const AgentId agent_;
  TurnSubject subject_;
  SubjectUpdate update_;
  // Sections that a Delta is due for, in their order, and how many came.
  std::vector<std::string> due_;
  size_t deltas_ = 0;
  // Rows that were asked for, in their order, each with the place of its
  // section in due_; and how many came.
  std::vector<std::pair<size_t, RowId>> needed_;
  size_t rows_ = 0;
  size_t bytes_ = 0;
  std::vector<ByteBudget::Share> shares_;
};

}  // namespace rollcall::collector
