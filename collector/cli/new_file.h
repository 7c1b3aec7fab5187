// Files that a command makes. Every error is INVALID_ARGUMENT, as that of any
// other argument, and names the path that was asked for.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rollcall::cli {

inline constexpr absl::string_view kForceHelp =
    "Replace the file if it is there";

// Makes a file with these permission bits, in one step: there is all of it or
// none. One that is there already stays as it is, an error, unless `replace`.
// Blocking; syncs to disk.
absl::Status WriteNewFile(const std::string& path, absl::string_view content,
                          bool replace, int mode);

// An error if there is something at the path, unless `replace`.
absl::Status CheckNoFile(const std::string& path, bool replace);

// Gives a file that is beside `path` that name, or removes it. What is there
// stays, an error, unless `replace`. Blocking; syncs the name to disk.
absl::Status PutInPlace(const std::string& temporary, const std::string& path,
                        bool replace);

}  // namespace rollcall::cli
