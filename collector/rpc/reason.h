// Why somebody did something that others will ask about.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rollcall::collector {

// INVALID_ARGUMENT unless it has 1 to 1,024 bytes. Pure; thread-safe.
absl::Status CheckReason(absl::string_view reason);

}  // namespace rollcall::collector
