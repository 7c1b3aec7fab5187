// How long the slow ones take.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/time/time.h"

namespace rollcall::testing {

// The time that `percent` of a hundred do not exceed; 0 of none.
inline absl::Duration Percentile(std::vector<absl::Duration> times,
                                 size_t percent) {
  if (times.empty()) return absl::ZeroDuration();
  std::sort(times.begin(), times.end());
  return times[(times.size() - 1) * percent / 100];
}

}  // namespace rollcall::testing
