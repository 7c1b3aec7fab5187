// Brings a store of schema version 4 to version 5.
#pragma once

#include "absl/status/status.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// Makes entitlements objects of the repository, with the past they had, and the
// contracts and vendors that they name; notes where change-sets are. A
// Migration.
absl::Status MigrateToVersion5(Engine& engine);

}  // namespace rollcall::collector
