// What a file is called where the collector keeps its name.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rollcall::cli {

// The last part of a path: UTF-8, whatever the path is, and at most 253 bytes.
// Pure.
std::string FileNameOf(absl::string_view path);

}  // namespace rollcall::cli
