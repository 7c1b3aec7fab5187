#include "common/host_port.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace rollcall {

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon != absl::string_view::npos) {
    absl::string_view host = text.substr(0, colon);
    const absl::string_view port = text.substr(colon + 1);
    int number = 0;
    const bool bracketed =
        host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const bool is_name =
        !absl::StrContains(host, ':') && !absl::StrContains(host, '[');
    if (!host.empty() && (bracketed || is_name) &&
        absl::SimpleAtoi(port, &number) && number > 0 && number < 65'536) {
      return HostPort{std::string(host), absl::StrCat(number)};
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text, "\" is not HOST:PORT, for example rollcall.example:8443"));
}

absl::StatusOr<std::string> WithPort(absl::string_view text, int usual_port) {
  if (ParseHostPort(text).ok()) return std::string(text);
  std::string with_port = absl::StrCat(text, ":", usual_port);
  if (ParseHostPort(with_port).ok()) return with_port;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not HOST:PORT, for example ",
                   "rollcall.example:", usual_port));
}

}  // namespace rollcall
