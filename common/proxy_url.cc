#include "common/proxy_url.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/host_port.h"

namespace rollcall {
namespace {

// Nothing where a % is not followed by two hex digits.
std::optional<std::string> PercentDecoded(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result.push_back(text[i]);
      continue;
    }
    if (text.size() - i < 3 || !absl::ascii_isxdigit(text[i + 1]) ||
        !absl::ascii_isxdigit(text[i + 2])) {
      return std::nullopt;
    }
    result += absl::HexStringToBytes(text.substr(i + 1, 2));
    i += 2;
  }
  return result;
}

}  // namespace

absl::StatusOr<ProxyUrl> ParseProxyUrl(absl::string_view url) {
  const absl::Status malformed = absl::InvalidArgumentError(
      "a proxy is given as http://HOST:PORT, or as "
      "http://USER:PASSWORD@HOST:PORT");
  if (!absl::ConsumePrefix(&url, "http://")) return malformed;
  url = absl::StripSuffix(url, "/");
  ProxyUrl result;
  if (const size_t at = url.rfind('@'); at != absl::string_view::npos) {
    const auto credentials = PercentDecoded(url.substr(0, at));
    if (!credentials.has_value() || !absl::StrContains(*credentials, ':')) {
      return malformed;
    }
    // gRPC takes the text apart after it has decoded it.
    if (absl::StrContains(*credentials, '@')) {
      return absl::InvalidArgumentError(
          "the user and the password of a proxy hold no \"@\"");
    }
    result.credentials = *credentials;
    url.remove_prefix(at + 1);
  }
  if (!ParseHostPort(url).ok()) return malformed;
  result.address = std::string(url);
  return result;
}

}  // namespace rollcall
