// How far back the past of devices is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/id.h"

namespace rollcall::collector {

// Key of meta; its value is a stamp as decimal text. What a device held can be
// told as of this stamp and later; never goes back.
inline constexpr absl::string_view kHistoryHorizonKey = "history_horizon";

// The stamp; zero while everything is kept. Thread-safe.
absl::StatusOr<KnownStamp> HistoryHorizon(const Reader& reader);
// FAILED_PRECONDITION if what was known at `as_of` can no longer be told.
absl::Status CheckHistoryKept(const Reader& reader, KnownStamp as_of);

// The name (Change::names) of changes to a subject.
std::string SubjectChangeName(SubjectId subject);

struct DroppedHistory {
  int64_t entries = 0;
  // Of which only the stamp stays: a device's newest before the horizon, which
  // says that it was there.
  int64_t emptied = 0;
};

// Drops old history. One thread at a time. A run may end anywhere; the next
// does what is left. All arguments outlive it.
class HistoryRetention {
 public:
  // As that of ContentCollector.
  using Pause = std::function<absl::Status()>;

  HistoryRetention(const Engine& engine, Committer& committer, Pause pause,
                   size_t keys_per_step = 1'024)
      : engine_(engine),
        committer_(committer),
        pause_(std::move(pause)),
        keys_per_step_(keys_per_step) {}

  // Drops what is needed only for questions as of times before `time`, or
  // before the horizon where that is later. First such questions are refused,
  // durably. Blocking. UNAVAILABLE if the store fails.
  absl::StatusOr<DroppedHistory> DropBefore(absl::Time time);

 private:
  struct Step;
  absl::StatusOr<KnownStamp> MoveHorizon(KnownStamp horizon);
  absl::Status Write(Step& step, DroppedHistory& dropped);

  const Engine& engine_;
  Committer& committer_;
  const Pause pause_;
  const size_t keys_per_step_;
};

}  // namespace rollcall::collector
