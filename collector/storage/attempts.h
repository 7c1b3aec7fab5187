// Work on a snapshot, which others may come between.
#pragma once

#include "absl/status/status.h"

namespace rollcall::collector {

// Does `work`, an absl::StatusOr<T>(), and does it again where it is ABORTED,
// since others changed meanwhile what it read; at most 8 times in all.
template <typename Work>
auto TryUntilUndisturbed(Work work) {
  constexpr int kMostAttempts = 8;
  for (int attempt = 1;; ++attempt) {
    auto result = work();
    if (!absl::IsAborted(result.status()) || attempt == kMostAttempts) {
      return result;
    }
  }
}

}  // namespace rollcall::collector
