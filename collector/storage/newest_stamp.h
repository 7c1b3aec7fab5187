// The newest stamp of a store; see FORMAT.md, table `meta`.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"

namespace rollcall::collector {

inline constexpr char kLastStampKey[] = "last_stamp";

// A stamp that no change that `reader` sees is after, and that all changes it
// does not see are after. Nothing in a store without changes. DATA_LOSS if it
// is unreadable.
absl::StatusOr<std::optional<KnownStamp>> NewestStamp(const Reader& reader);

}  // namespace rollcall::collector
