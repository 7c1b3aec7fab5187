#include "agent/sources/link_names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace rollcall {
namespace {

constexpr absl::string_view kPassingPrefixes[] = {
    "veth", "vnet", "tap",  "tun",  "ifb",     "dummy", "cali", "lxc",
    "cni",  "fwbr", "fwln", "fwpr", "macvtap", "vif",   "ppp"};

constexpr size_t kMacChars = 17;

}  // namespace

bool IsPassingLinkName(absl::string_view name) {
  return std::any_of(std::begin(kPassingPrefixes), std::end(kPassingPrefixes),
                     [name](absl::string_view prefix) {
                       return absl::StartsWith(name, prefix);
                     });
}

std::optional<std::string> ParseMac(absl::string_view text) {
  const std::string mac =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  if (mac.size() != kMacChars) return std::nullopt;
  for (size_t i = 0; i < mac.size(); ++i) {
    const bool is_colon = i % 3 == 2;
    if (is_colon ? mac[i] != ':'
                 : !absl::ascii_isxdigit(static_cast<unsigned char>(mac[i]))) {
      return std::nullopt;
    }
  }
  if (mac.find_first_not_of("0:") == std::string::npos) return std::nullopt;
  int first = 0;
  constexpr int kGroup = 1;
  if (!absl::SimpleHexAtoi(mac.substr(0, 2), &first) || (first & kGroup) != 0) {
    return std::nullopt;
  }
  return mac;
}

bool IsLocallyAdministered(absl::string_view mac) {
  int first = 0;
  constexpr int kLocal = 2;
  return absl::SimpleHexAtoi(mac.substr(0, 2), &first) && (first & kLocal) != 0;
}

}  // namespace rollcall
