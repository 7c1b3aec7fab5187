// What a store takes on disk.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace rollcall::bench {

// Compacts every table of a store that nobody has open, by its own options.
absl::Status CompactStore(const std::string& path);

// The bytes of all files but the database's own log for people.
double BytesInStore(const std::string& path);

}  // namespace rollcall::bench
