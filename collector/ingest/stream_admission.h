// Who may open a stream now: the slow start after the collector's own start.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "collector/ingest/ingest_options.h"
#include "common/clock.h"
#include "common/random.h"
#include "common/sync.h"

namespace rollcall::collector {

// After a restart the whole fleet calls at once. For a while new streams are
// let in at a bounded rate, a token bucket that holds what one second brings;
// each of the others is given a time of its own, one after the other at a
// little less than that rate, so that those who come back find room. After that
// while everybody is let in. Thread-safe.
class StreamAdmission {
 public:
  // The start is now. All arguments outlive it.
  StreamAdmission(const IngestOptions& options, const Clock& clock,
                  Random& random)
      : options_(options),
        clock_(clock),
        random_(random),
        ends_(clock.Monotonic() + options.slow_start) {}

  // Nothing: let it in. Else how long it is to wait, jitter put in.
  std::optional<absl::Duration> Refuse();

  // Streams that were not let in, since the start.
  int64_t refused() const;

 private:
  absl::Duration NextTurn(absl::Duration now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const IngestOptions& options_;
  const Clock& clock_;
  Random& random_;
  // All times are of the monotonic clock.
  const absl::Duration ends_;
  mutable Mutex mutex_;
  // When the bucket will be full again.
  absl::Duration full_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  // The last time that was given to one who was not let in.
  absl::Duration last_turn_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  int64_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rollcall::collector
