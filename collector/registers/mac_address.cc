#include "collector/registers/mac_address.h"

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kOctets = 6;
constexpr size_t kDigits = 2 * kOctets;
constexpr size_t kLongestText = kDigits + kOctets - 1;

bool AreHexDigits(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

// The digits of groups of equal size, each filled up with leading zeros if
// `fill`.
std::optional<std::string> Join(absl::string_view text, char separator,
                                size_t group_size, bool fill) {
  std::string digits;
  const std::vector<absl::string_view> groups = absl::StrSplit(text, separator);
  if (groups.size() * group_size != kDigits) return std::nullopt;
  for (const absl::string_view group : groups) {
    if (group.empty() || group.size() > group_size) return std::nullopt;
    if (group.size() < group_size && !fill) return std::nullopt;
    digits.append(group_size - group.size(), '0');
    digits.append(group.data(), group.size());
  }
  return digits;
}

// The twelve digits of an address in any notation.
std::optional<std::string> Digits(absl::string_view text) {
  if (text.size() > kLongestText) return std::nullopt;
  std::optional<std::string> digits;
  if (text.find(':') != absl::string_view::npos) {
    digits = Join(text, ':', 2, /*fill=*/true);
  } else if (text.find('.') != absl::string_view::npos) {
    digits = Join(text, '.', 4, /*fill=*/false);
  } else if (text.size() == kDigits + 1) {
    digits = Join(text, '-', 6, /*fill=*/false);
  } else if (text.find('-') != absl::string_view::npos) {
    digits = Join(text, '-', 2, /*fill=*/true);
  } else if (text.size() == kDigits) {
    digits = std::string(text);
  }
  if (!digits.has_value() || !AreHexDigits(*digits)) return std::nullopt;
  return absl::AsciiStrToLower(*digits);
}

}  // namespace

absl::StatusOr<std::string> ParseMacAddress(absl::string_view text) {
  const std::optional<std::string> digits = Digits(text);
  if (!digits.has_value()) {
    return absl::InvalidArgumentError(
        "write a MAC address as six pairs of hex digits, for example "
        "00:11:22:aa:bb:cc");
  }
  if (*digits == std::string(kDigits, '0')) {
    return absl::InvalidArgumentError("the address is zero; no device has it");
  }
  // IEEE 802: the lowest bit of the first octet marks a group of receivers.
  constexpr absl::string_view kOddDigits = "13579bdf";
  if (kOddDigits.find((*digits)[1]) != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        "the address is a multicast or broadcast address; no device has it");
  }
  std::vector<absl::string_view> octets;
  for (size_t i = 0; i < kDigits; i += 2) {
    octets.push_back(absl::string_view(*digits).substr(i, 2));
  }
  return absl::StrJoin(octets, ":");
}

}  // namespace rollcall::collector
