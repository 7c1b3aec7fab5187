// What brings stores of older schema versions up to date.
#pragma once

#include <vector>

#include "collector/storage/schema.h"

namespace rollcall::collector {

// In order of version; see UpgradeSchema.
std::vector<Migration> Migrations();

// Version 1 kept sets by row ids, own rows one by one, and last-seen times one
// by one. Each of its records is replaced by its form of version 2 in one
// batch, so that a migration that was stopped goes on where it was.
absl::Status MigrateToVersion2(Engine& engine);
// Version 2 had no postings.
absl::Status MigrateToVersion3(Engine& engine);
// Version 3 kept the bases that hold a row in a value for each row.
absl::Status MigrateToVersion4(Engine& engine);

}  // namespace rollcall::collector
