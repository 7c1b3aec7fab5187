#include "collector/contracts/decimal.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace rollcall::collector {
namespace {

// Why a text that is not digits and a point is no number.
absl::Status NotANumber(absl::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("the number is empty");
  if (text[0] == '-') {
    return absl::InvalidArgumentError("the number must not be negative");
  }
  if (absl::StrContains(text, ',') || absl::StrContains(text, '\'') ||
      absl::StrContains(text, ' ')) {
    return absl::InvalidArgumentError(
        "write the number with a decimal point and without thousands "
        "separators, for example 1234.5");
  }
  return absl::InvalidArgumentError(
      "write the number in digits, for example 12 or 12.5");
}

bool AllDigits(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

// Whether the point may separate thousands.
bool IsAmbiguous(absl::string_view whole, absl::string_view fraction) {
  return fraction.size() == 3 && whole.size() <= 3 && whole[0] != '0';
}

int64_t PowerOfTen(int exponent) {
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

absl::StatusOr<int64_t> ParseDecimal(absl::string_view text, int decimals) {
  const size_t point = text.find('.');
  const bool has_point = point != absl::string_view::npos;
  const absl::string_view whole = text.substr(0, point);
  const absl::string_view fraction =
      has_point ? text.substr(point + 1) : absl::string_view();
  if (whole.empty() || !AllDigits(whole) || !AllDigits(fraction) ||
      (has_point && fraction.empty())) {
    return NotANumber(text);
  }
  if (fraction.size() > static_cast<size_t>(decimals)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the number has ", fraction.size(), " decimals; at most ",
                     decimals, " are allowed"));
  }
  if (IsAmbiguous(whole, fraction)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the number may mean ", whole, fraction, " or ", text,
                     "; write \"", whole, fraction, "\" or \"", text, "0\""));
  }
  int64_t scaled = 0;
  bool overflow = false;
  const auto push = [&](char digit) {
    overflow |= __builtin_mul_overflow(scaled, int64_t{10}, &scaled);
    overflow |= __builtin_add_overflow(scaled, int64_t{digit - '0'}, &scaled);
  };
  for (const char c : whole) push(c);
  for (const char c : fraction) push(c);
  for (size_t i = fraction.size(); i < static_cast<size_t>(decimals); ++i) {
    push('0');
  }
  if (overflow) return absl::InvalidArgumentError("the number is too large");
  return scaled;
}

std::string DecimalToString(int64_t scaled, int decimals) {
  const int64_t unit = PowerOfTen(decimals);
  // Of the absolute value, which for the least number fits only unsigned.
  const uint64_t absolute = scaled < 0 ? ~static_cast<uint64_t>(scaled) + 1
                                       : static_cast<uint64_t>(scaled);
  std::string text = absl::StrCat(scaled < 0 ? "-" : "",
                                  absolute / static_cast<uint64_t>(unit));
  const uint64_t rest = absolute % static_cast<uint64_t>(unit);
  if (rest == 0) return text;
  absl::string_view fraction;
  const std::string digits = absl::StrFormat("%0*d", decimals, rest);
  fraction = digits;
  while (absl::ConsumeSuffix(&fraction, "0")) {
  }
  return absl::StrCat(text, ".", fraction);
}

}  // namespace rollcall::collector
