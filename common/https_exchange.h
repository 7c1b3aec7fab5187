// One request over a connection of its own. Part of https_client.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/https_client.h"

namespace rollcall {

struct HttpAnswer {
  unsigned status;
  std::string body;
};

// Posts `body` to `path` and returns the answer. Runs `io`, which nobody else
// runs; gives up with CANCELLED where `interrupted` is true and `io` is stopped
// after that. Other errors as for HttpsClient::PostJson. Blocking.
absl::StatusOr<HttpAnswer> PostOnce(const HttpsClientOptions& options,
                                    boost::asio::io_context& io,
                                    std::function<bool()> interrupted,
                                    absl::string_view path, std::string body);

}  // namespace rollcall
