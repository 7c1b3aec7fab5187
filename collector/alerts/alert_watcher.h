// What one who watches alerts is told.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/alerts/alert_reader.h"
#include "common/sync.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

// Compares how things are with what was told, and tells the difference, message
// by message. What was not told when things change again is worked out anew: so
// what waits is never more than the alerts that there are and were told.
// Thread-safe.
class AlertWatcher {
 public:
  explicit AlertWatcher(AlertChoice choice) : choice_(std::move(choice)) {}

  const AlertChoice& choice() const { return choice_; }

  // How things are now: all that the choice chooses, acknowledged or not. Kept
  // until all is told.
  void Update(std::shared_ptr<const std::vector<v1::Alert>> alerts);

  // The next message; nothing: all is told.
  std::optional<v1::WatchAlertsResponse> Next();

 private:
  using Change = v1::WatchAlertsResponse::Change;

  // What was told of an alert: a hash of all but what a new day changes.
  struct Told {
    std::string hash;
    bool is_acknowledged = false;
  };
  struct Waiting {
    Change change;
    std::string alert_id;
    // In alerts_; null: it is gone.
    const v1::Alert* alert = nullptr;
    Told told;
  };

  // What is to be told of it, if anything.
  std::optional<Change> ChangeOf(const v1::Alert& alert, const Told& now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteTold(const Waiting& waiting) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const AlertChoice choice_;
  Mutex mutex_;
  // What waiting_ points into; null once all is told.
  std::shared_ptr<const std::vector<v1::Alert>> alerts_ ABSL_GUARDED_BY(mutex_);
  // By alert id.
  std::map<std::string, Told> told_ ABSL_GUARDED_BY(mutex_);
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  bool initial_ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rollcall::collector
