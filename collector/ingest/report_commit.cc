#include "collector/ingest/report_commit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

int64_t FleetRowsIn(const SubjectUpdate& update) {
  return std::count_if(update.rows.begin(), update.rows.end(),
                       [](const auto& row) { return !row.second.own; });
}

}  // namespace

absl::Status ReportCommit::Prepare(StoredSubject& subject, Turn turn) {
  subject_ = &subject;
  turn_ = std::move(turn);
  if (turn_.update == nullptr) return absl::OkStatus();
  const int64_t new_rows = FleetRowsIn(*turn_.update);
  if (!deps_.new_rows.Take(agent_, new_rows)) {
    Finish(/*stored=*/false);
    return absl::ResourceExhaustedError(
        absl::StrCat("the agent brought more than ", deps_.new_rows.per_day(),
                     " rows that no other machine has within a day"));
  }
  auto prepared = WorkOut();
  if (!prepared.ok()) {
    // A full disk takes no rows, and is not the agent's doing.
    if (absl::IsUnavailable(prepared.status())) {
      deps_.new_rows.GiveBack(agent_, new_rows);
    }
    Finish(/*stored=*/false);
    return prepared.status();
  }
  prepared_ = *std::move(prepared);
  // A subject that is known has a head, until its device is deleted.
  if (subject.known && !prepared_.made_from.has_value()) {
    Finish(/*stored=*/false);
    return absl::FailedPreconditionError(
        "the device was deleted while it reported; start again");
  }
  return absl::OkStatus();
}

absl::StatusOr<PreparedUpdate> ReportCommit::WorkOut() {
  if (!turn_.basis.has_value()) {
    return PrepareSubjectUpdate(*turn_.update, deps_.engine, deps_.content);
  }
  return PrepareSubjectUpdate(*turn_.update, *std::move(turn_.basis),
                              deps_.engine, deps_.content);
}

absl::Status ReportCommit::Submit(Done done) {
  Change change;
  change.names = subject_->known ? Subjects::NamesOf(subject_->id)
                                 : Subjects::NamesOfNew(subject_->id, agent_);
  change.build = [this](KnownStamp stamp, const Reader& reader,
                        Writes& writes) {
    return Build(stamp, reader, writes);
  };
  change.done =
      [this, done = std::move(done)](const absl::StatusOr<KnownStamp>& stamp) {
        Finish(stamp.ok());
        done(stamp);
      };
  const absl::Status submitted = deps_.committer.Submit(std::move(change));
  if (!submitted.ok()) Finish(/*stored=*/false);
  return submitted;
}

absl::Status ReportCommit::Build(KnownStamp stamp, const Reader& reader,
                                 Writes& writes) {
  const AgentReport report = {agent_, deps_.clock.Now(), turn_.evidence};
  if (subject_->known) {
    ROLLCALL_RETURN_IF_ERROR(
        deps_.subjects.BuildEvidence(subject_->id, report, reader, writes));
  } else {
    ROLLCALL_ASSIGN_OR_RETURN(
        subject_->ordinal,
        deps_.subjects.BuildNew(subject_->id, report, subject_->device, stamp,
                                reader, writes));
  }
  if (turn_.update == nullptr) return absl::OkStatus();
  return WriteSubjectUpdate(prepared_, deps_.content, subject_->ordinal, stamp,
                            reader, writes);
}

void ReportCommit::Finish(bool stored) {
  // It holds rows that must not be collected: let go at once, since the agent
  // may take long to say more or to hang up.
  PreparedUpdate prepared = std::exchange(prepared_, PreparedUpdate());
  const Turn turn = std::exchange(turn_, Turn());
  if (!stored) return;
  subject_->known = true;
  if (turn.update != nullptr) {
    subject_->root = turn.update->subject_root;
    subject_->row_level = turn.update->row_level;
    if (prepared.changes && prepared.head_bytes.size() <= kMostHeldHeadBytes) {
      subject_->head = {std::move(prepared.head),
                        std::move(prepared.head_bytes)};
    }
  }
  if (turn.evidence.has_value()) subject_->evidence = turn.evidence;
}

}  // namespace rollcall::collector
