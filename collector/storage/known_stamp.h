// When the collector knew something: the second time axis of all that is
// stored.
#pragma once

#include <compare>
#include <cstdint>

#include "absl/time/time.h"
#include "common/clock.h"
#include "common/sync.h"

namespace rollcall::collector {

// A hybrid clock value: microseconds since 1970 in the upper 52 bits, a counter
// in the lower 12, so that stamps are unique and ordered even when the
// machine's clock stands still or goes back. Stored; the layout never changes.
class KnownStamp {
 public:
  KnownStamp() = default;
  static KnownStamp FromRaw(uint64_t raw) { return KnownStamp(raw); }
  // The last stamp that can be given at `time`: all that was known by then is
  // at or before it.
  static KnownStamp AtEndOf(absl::Time time);
  static KnownStamp Max() { return KnownStamp(~uint64_t{0}); }

  uint64_t raw() const { return raw_; }
  absl::Time time() const;

  friend auto operator<=>(const KnownStamp&, const KnownStamp&) = default;

 private:
  explicit KnownStamp(uint64_t raw) : raw_(raw) {}
  uint64_t raw_ = 0;
};

// Gives stamps, each greater than any it gave or observed before. While the
// clock is behind the newest stamp, each has a microsecond of its own, so that
// AtEndOf(stamp.time()) never takes in a later one. Thread-safe.
class HybridClock {
 public:
  // `clock` outlives this.
  explicit HybridClock(const Clock& clock) : clock_(clock) {}

  KnownStamp Next();
  // Makes every later stamp greater than `stamp`: called with the last stamp of
  // the store when it opens.
  void Observe(KnownStamp stamp);
  // How far the newest stamp is ahead of the clock; 0 or less: it is not.
  absl::Duration AheadOfTime() const;

 private:
  const Clock& clock_;
  mutable Mutex mutex_;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rollcall::collector
