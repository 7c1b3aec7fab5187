// Mutual TLS for a gRPC port, with credentials that can be replaced while it
// listens.
#pragma once

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "common/sync.h"
#include "common/tls.h"

namespace rollcall::collector {

// gRPC asks for the credentials at each handshake; it makes a new TLS context
// only if they are new. gRPC's own providers of changing credentials (1.51)
// read files by themselves, and drop a good context before they know that the
// next is good. Thread-safe; outlives
// its server.
class TlsServerCredentials final : public grpc::ServerCredentials {
 public:
  // Asks every client for a certificate that leads to one of the roots: a
  // stranger never reaches the HTTP/2 parser.
  explicit TlsServerCredentials(TlsCredentials credentials);
  ~TlsServerCredentials() override;

  // For handshakes to come.
  void Use(TlsCredentials credentials);

  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  struct Current;

  int AddPortToServer(const std::string& address, grpc_server* server) override;

  const std::unique_ptr<Current> current_;
  grpc_server_credentials* const credentials_;
};

}  // namespace rollcall::collector
