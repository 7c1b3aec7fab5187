#include "collector/app/housekeeping.h"

#include "absl/strings/str_cat.h"
#include "collector/identity/event_retention.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {

Housekeeping::Housekeeping(const HousekeepingDeps& deps,
                           const HousekeepingOptions& options)
    : deps_(deps),
      options_(options),
      history_(deps_.engine, deps_.directory, deps_.committer,
               [this] { return Pause(); }),
      collector_(deps_.engine, deps_.content, [this] { return Pause(); }) {}

absl::Status Housekeeping::Pause() {
  MutexLock lock(&mutex_);
  if (!stopping_) wake_.WaitFor(&mutex_, options_.pause);
  return stopping_ ? absl::CancelledError("the collector stops")
                   : absl::OkStatus();
}

void Housekeeping::Stop() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  wake_.SignalAll();
}

absl::Status Housekeeping::DropHistory() {
  if (!options_.keep_history.drops()) return absl::OkStatus();
  ROLLCALL_ASSIGN_OR_RETURN(
      const DroppedHistory dropped,
      history_.DropOld(deps_.clock.Now(), options_.keep_history));
  stats_.history_dropped += dropped.entries + dropped.emptied;
  if (dropped.entries + dropped.emptied > 0) {
    Log(LogLevel::kInfo, "history was dropped",
        {{"changes", dropped.entries + dropped.emptied}});
  }
  if (dropped.subjects_passed_over == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "the history of ", dropped.subjects_passed_over,
      " subjects stays whatever its age: ", dropped.damage.message()));
}

absl::Status Housekeeping::DropEvents() {
  if (options_.keep_identity_events <= absl::ZeroDuration()) {
    return absl::OkStatus();
  }
  ROLLCALL_ASSIGN_OR_RETURN(
      const int64_t dropped,
      DropIdentityEventsBefore(
          deps_.clock.Now() - options_.keep_identity_events, deps_.engine,
          deps_.committer));
  stats_.identity_events_dropped += dropped;
  if (dropped > 0) {
    Log(LogLevel::kInfo, "identity events were dropped", {{"events", dropped}});
  }
  return absl::OkStatus();
}

absl::Status Housekeeping::Collect() {
  ROLLCALL_ASSIGN_OR_RETURN(const Collection run, collector_.Run());
  stats_.rows_collected += run.rows_collected;
  stats_.bases_collected += run.bases_collected;
  stats_.bytes_collected += run.bytes_collected;
  if (!run.swept) return absl::OkStatus();
  ROLLCALL_ASSIGN_OR_RETURN(const int proofs,
                            deps_.deletions.Complete(run.collected_up_to));
  Log(LogLevel::kInfo, "rows and base sets were collected",
      {{"rows", run.rows_collected},
       {"bases", run.bases_collected},
       {"bytes", run.bytes_collected},
       {"rows_kept", run.rows_kept},
       {"bases_kept", run.bases_kept},
       {"proofs_completed", proofs}});
  return absl::OkStatus();
}

void Housekeeping::Run() {
  bool failed = false;
  // Old history first: what only it refers to can then be collected. What one
  // step leaves does the next no harm.
  for (const auto step : {&Housekeeping::DropHistory, &Housekeeping::DropEvents,
                          &Housekeeping::Collect}) {
    const absl::Status status = (this->*step)();
    if (absl::IsCancelled(status)) break;
    if (status.ok()) continue;
    failed = true;
    Log(LogLevel::kError, "the store could not be tidied",
        {{"error", status.message()}});
  }
  ++stats_.runs;
  if (failed) ++stats_.failures;
}

}  // namespace rollcall::collector
