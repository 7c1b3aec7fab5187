// Where an HTTP proxy is, as people write it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall {

struct ProxyUrl {
  // HOST:PORT.
  std::string address;
  // USER:PASSWORD, for Basic authentication; empty: none.
  std::string credentials;
};

// Reads http://HOST:PORT or http://USER:PASSWORD@HOST:PORT. What a URL does not
// take as it is stands there as %XX. INVALID_ARGUMENT otherwise; the text is
// not repeated, since it may hold a password. Pure.
absl::StatusOr<ProxyUrl> ParseProxyUrl(absl::string_view url);

}  // namespace rollcall
