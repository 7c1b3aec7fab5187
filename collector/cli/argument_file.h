// Files that arguments name, to be read.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall::cli {

// The file's content, as ReadFile. Every error is INVALID_ARGUMENT, as that of
// any other argument, and names the path. Blocking.
absl::StatusOr<std::string> ReadArgumentFile(absl::string_view path,
                                             size_t max_bytes);

}  // namespace rollcall::cli
