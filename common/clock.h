// Time as a dependency, so that tests decide what time it is.
#pragma once

#include "absl/time/time.h"

namespace rollcall {

// Tells the time. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Civil time; may jump.
  virtual absl::Time Now() const = 0;
  // Time since an arbitrary start; never goes back.
  virtual absl::Duration Monotonic() const = 0;
};

// The machine's own clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
};

}  // namespace rollcall
