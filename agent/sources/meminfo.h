// /proc/meminfo (proc(5)).
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace rollcall {

inline constexpr size_t kMaxMeminfoBytes = 64 << 10;

// The value called `name`, for example "MemTotal", in bytes; absent if it is
// missing or malformed. Pure.
std::optional<int64_t> ParseMeminfo(absl::string_view content,
                                    absl::string_view name);

}  // namespace rollcall
