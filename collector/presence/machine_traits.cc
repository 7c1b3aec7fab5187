#include "collector/presence/machine_traits.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "collector/registers/mac_address.h"

namespace rollcall::collector {
namespace {

constexpr size_t kLeastLetters = 5;

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

bool IsAlnum(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c));
}

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

}  // namespace

std::string ComparableSerial(absl::string_view serial) {
  const absl::string_view text = absl::StripAsciiWhitespace(serial);
  std::string comparable;
  for (const char c : text) {
    // Beyond ASCII there is no telling what is punctuation.
    if (!IsAscii(c) || IsAlnum(c)) comparable += c;
  }
  absl::AsciiStrToUpper(&comparable);
  const bool has_digit =
      std::any_of(comparable.begin(), comparable.end(), IsDigit);
  const bool has_blank = text.find(' ') != absl::string_view::npos;
  if (!has_digit && (has_blank || comparable.size() < kLeastLetters)) return "";
  const bool repeats = comparable.find_first_not_of(comparable.substr(0, 1)) ==
                       std::string::npos;
  return repeats ? "" : comparable;
}

absl::string_view FirstLabel(absl::string_view hostname) {
  return hostname.substr(0, hostname.find('.'));
}

bool SameHost(absl::string_view a, absl::string_view b) {
  if (a == b) return true;
  const bool one_is_bare = a == FirstLabel(a) || b == FirstLabel(b);
  return one_is_bare && FirstLabel(a) == FirstLabel(b);
}

ComparableTraits MakeComparable(const MachineTraits& traits) {
  ComparableTraits comparable;
  comparable.serial = ComparableSerial(traits.serial.value_or(""));
  comparable.hostname = absl::AsciiStrToLower(absl::StripSuffix(
      absl::StripAsciiWhitespace(traits.hostname.value_or("")), "."));
  for (const std::string& text : traits.macs) {
    auto mac = ParseMacAddress(text);
    if (mac.ok()) comparable.macs.push_back(*std::move(mac));
  }
  std::sort(comparable.macs.begin(), comparable.macs.end());
  comparable.macs.erase(
      std::unique(comparable.macs.begin(), comparable.macs.end()),
      comparable.macs.end());
  return comparable;
}

}  // namespace rollcall::collector
