// Requests and answers of the HTTPS port, as values.
#pragma once

#include <optional>
#include <string>

namespace rollcall::collector {

struct HttpRequest {
  std::string method;
  // Path and query as sent.
  std::string target;
  std::string body;
  // Whom it comes from, as far as one can be told from another: an IPv4
  // address, or the first 64 bits of an IPv6 address.
  std::string peer;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  // When to come back.
  std::optional<int> retry_after_seconds;
};

}  // namespace rollcall::collector
