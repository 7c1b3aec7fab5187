// What the commands about change-sets share.
#pragma once

#include "absl/strings/string_view.h"

namespace rollcall::cli {

// For --help of ID.
inline constexpr absl::string_view kChangeSetHelp =
    "A change-set's id, or the first 6 or more digits of it";

}  // namespace rollcall::cli
