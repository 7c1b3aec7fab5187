// Dropping the past of devices that is older than it is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/inventory/device_directory.h"
#include "collector/inventory/history_horizon.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/id.h"

namespace rollcall::collector {

// How long history is kept. Zero: for ever.
struct HistoryKeeping {
  absl::Duration usual;
  // Of devices of a class that has a time of its own.
  std::map<std::string, absl::Duration> by_class;

  // Whether anything is ever dropped.
  bool drops() const;
};

// The name (Change::names) of changes to a subject.
std::string SubjectChangeName(SubjectId subject);

struct DroppedHistory {
  int64_t entries = 0;
  // Of which only the stamp stays: a device's newest before the horizon, which
  // says that it was there.
  int64_t emptied = 0;
  // Subjects that kept all, since stored bytes of their device are damaged.
  int64_t subjects_passed_over = 0;
  // What was damaged, of the first of them.
  absl::Status damage;
};

// Drops old history, by the class of the device that a subject belongs to now,
// and none of a device that is held, or whose stored bytes are damaged, since
// it may be. One thread at a time. A run may end anywhere; the next does what
// is left. All arguments outlive it.
class HistoryRetention {
 public:
  // As that of ContentCollector.
  using Pause = std::function<absl::Status()>;

  HistoryRetention(const Engine& engine, const DeviceDirectory& directory,
                   Committer& committer, Pause pause,
                   size_t keys_per_step = 1'024)
      : engine_(engine),
        directory_(directory),
        committer_(committer),
        pause_(std::move(pause)),
        keys_per_step_(keys_per_step) {}

  // Drops what is needed only for questions as of times before those up to
  // which history is kept at `now`, or before the horizons where those are
  // later. First such questions are refused, durably. Blocking. DATA_LOSS if
  // history is damaged, UNAVAILABLE if the store fails.
  absl::StatusOr<DroppedHistory> DropOld(absl::Time now,
                                         const HistoryKeeping& keeping);

 private:
  // By class; "" for all others.
  using Horizons = std::map<std::string, KnownStamp>;
  class Walk;

  absl::StatusOr<Horizons> MoveHorizons(absl::Time now,
                                        const HistoryKeeping& keeping);
  absl::StatusOr<KnownStamp> MoveHorizon(const std::string& device_class,
                                         KnownStamp horizon);

  const Engine& engine_;
  const DeviceDirectory& directory_;
  Committer& committer_;
  const Pause pause_;
  const size_t keys_per_step_;
};

}  // namespace rollcall::collector
