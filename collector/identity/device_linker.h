// Finds the subjects that are one device, in the background.
#pragma once

#include <atomic>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "collector/identity/link_pass.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "common/clock.h"
#include "common/sync.h"

namespace rollcall::collector {

// Thread-safe. All references outlive it.
class DeviceLinker {
 public:
  DeviceLinker(const Engine& engine, Committer& committer,
               const ContactTimes& times, const Clock& clock,
               LinkOptions options = {})
      : engine_(engine),
        committer_(committer),
        times_(times),
        clock_(clock),
        options_(options) {}

  // Compares the subjects that are due, some at a time, so that reports are
  // stored in between. Blocking. Where it fails what is left stays due.
  // The first time, all are due in a store from before there was matching, and
  // those whose place was taken are looked at again.
  //
  // DATA_LOSS if stored bytes are damaged: those that need them are passed over
  // and stay due, all others are compared.
  absl::Status RunDue();
  // Makes RunDue return soon, now and whenever it is called.
  void Stop() { stopping_ = true; }

  // What was done since the start.
  LinkCounts counts() const;
  // How many subjects were due when it looked last.
  int64_t due() const;

 private:
  // Some of those that are to be compared now.
  struct Due {
    std::vector<SubjectId> subjects;
    // How many were passed over, since they wait.
    int64_t waiting = 0;
    bool more = false;
  };
  // Those that could not be compared, since stored bytes are damaged.
  struct PassedOver {
    std::set<SubjectId> subjects;
    // What was damaged, of the first.
    absl::Status status;
  };
  absl::StatusOr<Due> ReadDue(std::optional<SubjectId> after) const;
  absl::Status CheckOnce(PassedOver& passed_over);
  absl::Status RunAllDue(PassedOver& passed_over);
  absl::Status RunSome(const std::vector<SubjectId>& due,
                       PassedOver& passed_over);
  // All of them, or none if it fails.
  absl::Status Compare(const std::vector<SubjectId>& due);
  absl::Status MakeAllDue();
  // A contact that was written together with a pass is not seen by it, nor does
  // it see what the pass did. So those that have taken a place are looked at
  // once more: they become due if it was not free.
  absl::Status LookAgain(const std::vector<SubjectId>& subjects,
                         PassedOver& passed_over);
  // The same for all, where a process ended between both.
  absl::Status LookAgainAtAll(PassedOver& passed_over);
  // Whether somebody is to be taken back.
  absl::StatusOr<bool> HasReturned(SubjectId subject, LinkView& view) const;
  // Goes on behind damage; anything else stays as it is.
  static absl::Status PassOver(SubjectId subject, absl::Status status,
                               PassedOver& passed_over);
  absl::Status MakeDue(const std::vector<SubjectId>& subjects);

  const Engine& engine_;
  Committer& committer_;
  const ContactTimes& times_;
  const Clock& clock_;
  const LinkOptions options_;

  std::atomic<bool> stopping_{false};
  // Held while it looks at a store for the first time.
  Mutex check_mutex_;
  bool checked_ ABSL_GUARDED_BY(check_mutex_) = false;
  mutable Mutex mutex_;
  LinkCounts counts_ ABSL_GUARDED_BY(mutex_);
  int64_t due_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rollcall::collector
