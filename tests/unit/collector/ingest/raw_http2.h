// HTTP/2 by hand, for what no decent client does: messages that lie about their
// length or come a byte at a time, and handshakes that are begun and left.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "common/tls.h"

namespace rollcall::testing {

// A TCP connection to this machine on which nothing is said unless a test says
// it. Not thread-safe.
class RawSocket {
 public:
  explicit RawSocket(int port);
  ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  int fd() const { return fd_; }
  bool Send(absl::string_view bytes) const;
  // Waits for the other side to close; false if it has not in 20 s.
  bool AwaitClose() const;

 private:
  int fd_ = -1;
};

// A gRPC call on a connection of its own with mutual TLS. Not thread-safe.
class RawCall {
 public:
  enum class Listens { kYes, kNo };
  // Connects, and opens the call on stream 1; check ok(). One that does not
  // listen lets the other side send no messages.
  RawCall(int port, const TlsCredentials& credentials, absl::string_view path,
          Listens listens = Listens::kYes);
  ~RawCall();

  bool ok() const { return ok_; }
  // Bytes of gRPC messages, in one frame.
  bool SendData(absl::string_view bytes);
  // Waits for the other side to end the call or the connection; false if it has
  // not in 20 s.
  bool AwaitEnd();

  // A message's prefix, which says how long it is.
  static std::string Prefix(uint32_t length);

 private:
  struct SslDeleter {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  bool Write(absl::string_view bytes);
  bool Read(std::string& bytes);
  bool SendFrame(uint8_t type, uint8_t flags, uint32_t stream,
                 absl::string_view payload);
  bool Open(const TlsCredentials& credentials, absl::string_view path,
            Listens listens);

  RawSocket socket_;
  std::unique_ptr<SSL_CTX, SslDeleter> context_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
  bool ok_ = false;
};

}  // namespace rollcall::testing
