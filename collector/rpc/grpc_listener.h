// A gRPC port with mutual TLS and bounds.
#pragma once

#include <grpcpp/impl/service_type.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/rpc/connection_acceptor.h"
#include "collector/rpc/handshake_queue.h"
#include "collector/rpc/tls_server_credentials.h"
#include "common/tls.h"

namespace rollcall::collector {

struct GrpcListenerOptions {
  // HOST:PORT; port 0 takes any free one.
  std::string address;
  // Ours, and the roots that a client's certificate must lead to.
  TlsCredentials credentials;
  // A larger message ends the call with RESOURCE_EXHAUSTED, in bytes.
  int max_message_bytes = 1 << 20;
  // A connection that says nothing for this long, or whose handshakes take
  // longer, is closed; see HandshakeQueue.
  absl::Duration handshake_within = absl::Seconds(10);
  // A connection without a call is closed after this; one with a call is not.
  absl::Duration idle_within = absl::Minutes(5);
  // All that the transport may hold for this port, in bytes.
  size_t transport_bytes = 512 << 20;
  // Beyond them connections are closed at once. None by default.
  ConnectionBounds bounds;
};

// Listens until it goes. Thread-safe.
class GrpcListener {
 public:
  // `services` outlive it. UNAVAILABLE if the address cannot be had,
  // INVALID_ARGUMENT if it is malformed.
  static absl::StatusOr<std::unique_ptr<GrpcListener>> Start(
      const GrpcListenerOptions& options,
      const std::vector<grpc::Service*>& services);

  int port() const { return acceptor_->port(); }
  // Connections that were closed since they were beyond the bounds.
  int64_t refused() const { return acceptor_->refused(); }
  // See HandshakeQueue.
  int64_t silent() const { return handshakes_->silent(); }
  int64_t waiting() const { return handshakes_->waiting(); }
  // See ConnectionAcceptor.
  int64_t accept_failures() const { return acceptor_->failures(); }
  // Shows this certificate, and takes clients of these roots, on connections to
  // come. The credentials must be good (LoadTlsCredentials): with others no
  // connection comes about until better ones are given.
  void UseCredentials(TlsCredentials credentials);
  // Ends: calls in progress have `grace` to finish, then are cancelled. Blocks
  // until all have.
  void Stop(absl::Duration grace);

 private:
  using Handover = grpc::experimental::ExternalConnectionAcceptor;

  GrpcListener(std::shared_ptr<TlsServerCredentials> credentials,
               std::unique_ptr<grpc::Server> server,
               std::unique_ptr<Handover> handover)
      : credentials_(std::move(credentials)),
        server_(std::move(server)),
        handover_(std::move(handover)) {}

  // Gives the connection to gRPC.
  void Take(UniqueFd connection);

  const std::shared_ptr<TlsServerCredentials> credentials_;
  const std::unique_ptr<grpc::Server> server_;
  const std::unique_ptr<Handover> handover_;
  // Last: each goes before what it hands connections to.
  std::unique_ptr<HandshakeQueue> handshakes_;
  std::unique_ptr<ConnectionAcceptor> acceptor_;
};

}  // namespace rollcall::collector
