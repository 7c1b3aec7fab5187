// MAC addresses as people, switches and kernels write them. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall::collector {

// The address as "00:11:22:aa:bb:cc". Takes six pairs of hex digits with ":" or
// "-" between them (one digit stands for two with a leading 0), three groups of
// four with ".", or twelve digits with at most one "-" in the middle.
// INVALID_ARGUMENT, with a message that says what would be right, for all else,
// and for addresses that no device has: zero, multicast and broadcast.
absl::StatusOr<std::string> ParseMacAddress(absl::string_view text);

}  // namespace rollcall::collector
