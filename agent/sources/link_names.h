// Network interfaces: which matter, and which addresses identify. Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace rollcall {

// Whether interfaces of this name come and go with containers, guests and
// connections, so that rows about them would be changes without end.
bool IsPassingLinkName(absl::string_view name);

// "00:11:22:aa:bb:cc" in lower case; absent if `text` is not an address of six
// bytes, is all zero or all one, or is a group address.
std::optional<std::string> ParseMac(absl::string_view text);

// Whether an address, as ParseMac returns it, was made up locally rather than
// assigned by a maker (IEEE 802, the second bit of the first byte).
bool IsLocallyAdministered(absl::string_view mac);

}  // namespace rollcall
