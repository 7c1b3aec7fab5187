// What the commands about one device share.
#pragma once

#include "absl/strings/string_view.h"

namespace rollcall::cli {

// For --help of ID.
inline constexpr absl::string_view kDeviceHelp =
    "A device id, the first digits of one (4 or more), or a host name";

}  // namespace rollcall::cli
