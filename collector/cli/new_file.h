// Files that a command makes.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rollcall::cli {

// Makes a file that only its owner reads, in one step: there is all of it or
// none. One that is there already stays as it is, INVALID_ARGUMENT, unless
// `replace`. Every error names the path. Blocking; syncs to disk.
absl::Status WriteNewFile(const std::string& path, absl::string_view content,
                          bool replace);

// INVALID_ARGUMENT if there is something at the path, unless `replace`.
absl::Status CheckNoFile(const std::string& path, bool replace);

}  // namespace rollcall::cli
