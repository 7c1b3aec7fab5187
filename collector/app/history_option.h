// How long history is kept, as it is said on the command line.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/inventory/retention.h"

namespace rollcall::collector {

// Each argument is "N", for all device classes that are not named, or "CLASS=N"
// for one, with N days from 0, for ever, to `most_days`; a class has 1 to 64
// bytes of UTF-8, as in tokens, and may hold "=" itself. INVALID_ARGUMENT, with
// the argument named, if one is malformed, or anything is said twice. Pure;
// thread-safe.
absl::StatusOr<HistoryKeeping> ParseHistoryKeeping(
    const std::vector<std::string>& arguments, int most_days);

}  // namespace rollcall::collector
