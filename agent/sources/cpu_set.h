// Sets of CPUs as the kernel writes them: lists ("0-3,8") and masks
// ("0000,000000ff"). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rollcall {

// CPU numbers from here on are refused; kernels support at most 8,192.
inline constexpr int kMaxCpus = 16'384;

// CPU numbers, ascending, without repetition.
using CpuSet = std::vector<int>;

// Reads a list; an empty one is the empty set. Nothing if it is malformed or
// names a CPU of kMaxCpus or above.
std::optional<CpuSet> ParseCpuList(absl::string_view text);

// Reads a mask: groups of 32 bits in hex, most significant first.
std::optional<CpuSet> ParseCpuMask(absl::string_view text);

// "0-3,8"; ranges from two CPUs on, as the kernel writes them.
std::string FormatCpuList(absl::Span<const int> cpus);

}  // namespace rollcall
