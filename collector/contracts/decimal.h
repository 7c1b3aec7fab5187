// Decimal numbers as people write them in files, read exactly. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall::collector {

// The number that `text` writes, times 10^decimals: digits, then optionally a
// point and one to `decimals` digits ("12", "0.5"). INVALID_ARGUMENT, with a
// message that says what would be right, for all else: signs, thousands
// separators, a decimal comma, exponents, more decimals, and numbers that do
// not fit into 64 bits. REQUIRES: 0 <= decimals <= 9.
absl::StatusOr<int64_t> ParseDecimal(absl::string_view text, int decimals);

// `scaled` over 10^decimals without trailing zeros, for example "12.5".
std::string DecimalToString(int64_t scaled, int decimals);

}  // namespace rollcall::collector
