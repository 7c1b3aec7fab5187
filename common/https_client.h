// An HTTPS client for single requests: HTTP/1.1 over TLS, with bounds and a
// time limit, through an HTTP proxy where one is needed.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace rollcall {

struct HttpsClientOptions {
  // HOST:PORT; the server's certificate must be for HOST.
  std::string server;
  // The roots, PEM, that its certificate must lead to.
  std::string ca_pem;
  // The URL of a proxy that connects to the server (see ParseProxyUrl); empty:
  // none.
  std::string proxy;
  // For a request from its beginning to the end of its answer.
  absl::Duration timeout = absl::Seconds(30);
  // Of an answer; a larger one is an error.
  size_t max_body_bytes = 256 << 10;
};

// Each call is a connection of its own. Not thread-safe but for Interrupt.
class HttpsClient {
 public:
  explicit HttpsClient(HttpsClientOptions options);
  ~HttpsClient();
  HttpsClient(const HttpsClient&) = delete;
  HttpsClient& operator=(const HttpsClient&) = delete;

  // Posts `request` as JSON and reads the answer's JSON into `response`; fields
  // that are unknown here are passed over. An error that is answered has a code
  // that fits its HTTP status, and the message of its v1.ErrorResponse where it
  // is one. UNAVAILABLE, and what to look at, where there is no way to the
  // server; also where something before it says that it is away or too busy,
  // DEADLINE_EXCEEDED after the time limit, CANCELLED after Interrupt.
  // Blocking.
  absl::Status PostJson(absl::string_view path,
                        const google::protobuf::Message& request,
                        google::protobuf::Message* response);

  // Ends the call under way, and every later one, with CANCELLED. For use from
  // another thread.
  void Interrupt();

 private:
  // What is under way, as far as Interrupt needs it.
  struct Running;

  const HttpsClientOptions options_;
  const std::unique_ptr<Running> running_;
};

}  // namespace rollcall
