// The HTTPS port: HTTP/1.1 over TLS, asynchronous, with bounded connections and
// time limits.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/rpc/http.h"
#include "common/tls.h"

namespace rollcall::collector {

struct HttpsListenerOptions {
  // HOST:PORT; port 0 takes any free one. HOST is an address.
  std::string address;
  // Ours; clients need no certificate here.
  TlsCredentials credentials;
  // Connections at once; a further one is closed at once.
  int max_connections = 256;
  // And of one peer (see HttpRequest), so that none can take them all.
  int max_connections_per_peer = 64;
  // A connection that is given this file descriptor or a higher one is closed
  // at once, so that some are left for what must not fail. None by default.
  int descriptor_bound = std::numeric_limits<int>::max();
  // For the handshake, for a request to be there whole, and for an answer to be
  // taken; each anew.
  absl::Duration time_limit = absl::Seconds(10);
  size_t max_header_bytes = 8 << 10;
  size_t max_body_bytes = 64 << 10;
};

// Listens until it goes. Thread-safe.
class HttpsListener {
 public:
  // Takes the answer to one request; called once, from any thread.
  using Respond = std::function<void(HttpResponse)>;
  // Called on the listener's one thread: must not block, and may answer later.
  using Handler = std::function<void(const HttpRequest&, Respond)>;

  // UNAVAILABLE if the address cannot be had, INVALID_ARGUMENT if it is
  // malformed or the credentials are unusable.
  static absl::StatusOr<std::unique_ptr<HttpsListener>> Start(
      const HttpsListenerOptions& options, Handler handler);
  virtual ~HttpsListener() = default;

  virtual int port() const = 0;
  // Shows this certificate on connections to come. INVALID_ARGUMENT if it is
  // unusable; all stays as it is then.
  virtual absl::Status UseCredentials(const TlsCredentials& credentials) = 0;
  // Connections that were closed for want of room, since start.
  virtual int64_t refused() const = 0;
  // Connections now.
  virtual int connections() const = 0;
};

}  // namespace rollcall::collector
