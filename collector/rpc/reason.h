// What a person said of something that others will ask about.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rollcall::collector {

// INVALID_ARGUMENT unless it has 1 to 1,024 bytes, as CheckRemark. Pure;
// thread-safe.
absl::Status CheckReason(absl::string_view reason);

// INVALID_ARGUMENT, naming `field`, unless it is at most 1,024 bytes of UTF-8
// on one line, without what nobody sees: others read it in terminals and files.
// Pure; thread-safe.
absl::Status CheckRemark(absl::string_view field, absl::string_view text);

}  // namespace rollcall::collector
