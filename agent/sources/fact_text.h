// Text from firmware, kernel and package databases, made fit for a row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace rollcall {

// Longer texts are cut and marked with "…"; no fact that people compare is
// longer.
inline constexpr size_t kMaxFactBytes = 1024;

// `raw` without surrounding white space; absent if nothing is left. Malformed
// UTF-8 and control characters become U+FFFD, and `*replaced`, if given, grows
// by one if there were any. Pure.
std::optional<std::string> FactText(absl::string_view raw,
                                    int* replaced = nullptr);

// The same, but spaces stay, and each bad byte becomes ".", as the usual
// tools show such bytes of firmware tables; absent if all is spaces.
std::optional<std::string> FirmwareText(absl::string_view raw,
                                        int* replaced = nullptr);

// A decimal number of at most 18 digits with white space around it, else
// nothing. Pure.
std::optional<int64_t> FactInteger(absl::string_view raw);

}  // namespace rollcall
