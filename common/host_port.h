// Addresses as people write them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall {

struct HostPort {
  // A name or an address, without brackets.
  std::string host;
  // 1 to 65535.
  std::string port;
};

// A host and a port apart. INVALID_ARGUMENT if `text` is not HOST:PORT, with an
// IPv6 address in brackets. Pure.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text);

// `text` if it is HOST:PORT, and with `usual_port` if it is HOST alone, with an
// IPv6 address in brackets. INVALID_ARGUMENT if it is neither. Pure.
absl::StatusOr<std::string> WithPort(absl::string_view text, int usual_port);

}  // namespace rollcall
