// Parsing what identifies an operating system. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace rollcall {

// The assignments of an os-release file (os-release(5)): shell syntax without
// expansion. Lines that are none are counted in `*malformed`.
std::map<std::string, std::string> ParseOsRelease(absl::string_view content,
                                                  int* malformed);

// A machine-id as machine-id(5) defines it: 32 hex digits; absent if it is not
// one, or all zero.
std::optional<std::string> ParseMachineId(absl::string_view content);

// The version in a line such as "12.7" or "CentOS Linux release 7.9.2009
// (Core)"; absent where it names no release yet ("trixie/sid").
std::optional<std::string> ParsePointRelease(absl::string_view content);

// A day such as "2027-05-31", as SUPPORT_END of an os-release file has it;
// absent if it is none.
std::optional<std::string> ParseSupportEnd(absl::string_view value);

// The host name in /etc/hostname (hostname(5)): the first line that is no
// comment.
std::optional<std::string> ParseHostname(absl::string_view content);

}  // namespace rollcall
