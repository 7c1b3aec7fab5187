#include "collector/rpc/grpc_listener.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <utility>

#include "absl/time/clock.h"
#include "collector/rpc/listening_sockets.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

void SetBounds(const GrpcListenerOptions& options,
               grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.max_message_bytes);
  // gRPC's own decompression is not bounded in this version.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 16);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 * 1024);
  builder.AddChannelArgument(
      GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
      static_cast<int>(absl::ToInt64Milliseconds(options.handshake_within)));
  builder.AddChannelArgument(
      GRPC_ARG_MAX_CONNECTION_IDLE_MS,
      static_cast<int>(absl::ToInt64Milliseconds(options.idle_within)));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5 * 60 * 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20 * 60 * 1000);
  grpc::ResourceQuota quota("listener");
  quota.Resize(options.transport_bytes);
  builder.SetResourceQuota(quota);
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcListener>> GrpcListener::Start(
    const GrpcListenerOptions& options,
    const std::vector<grpc::Service*>& services) {
  ROLLCALL_ASSIGN_OR_RETURN(ListeningSockets listening,
                            Listen(options.address));
  // gRPC asks for this before a server is built, once for the process.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetBounds(options, builder);
  auto credentials =
      std::make_shared<TlsServerCredentials>(options.credentials);
  auto handover = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      credentials);
  for (grpc::Service* service : services) builder.RegisterService(service);
  auto server = builder.BuildAndStart();
  if (server == nullptr) return absl::InternalError("gRPC does not start");
  std::unique_ptr<GrpcListener> listener(new GrpcListener(
      std::move(credentials), std::move(server), std::move(handover)));
  HandshakeQueueOptions handshakes;
  handshakes.speaks_within = options.handshake_within;
  handshakes.descriptor_bound = options.bounds.descriptor;
  ROLLCALL_ASSIGN_OR_RETURN(
      listener->handshakes_,
      HandshakeQueue::Start(handshakes,
                            [view = listener.get()](UniqueFd connection) {
                              view->Take(std::move(connection));
                            }));
  ROLLCALL_ASSIGN_OR_RETURN(
      listener->acceptor_,
      ConnectionAcceptor::Start(
          std::move(listening), options.bounds,
          [queue = listener->handshakes_.get()](UniqueFd connection) {
            queue->Add(std::move(connection));
          }));
  return listener;
}

void GrpcListener::Take(UniqueFd connection) {
  Handover::NewConnectionParameters parameters;
  parameters.fd = connection.Release();
  handover_->HandleNewConnection(&parameters);
}

void GrpcListener::UseCredentials(TlsCredentials credentials) {
  credentials_->Use(std::move(credentials));
}

void GrpcListener::Stop(absl::Duration grace) {
  acceptor_->Stop();
  handshakes_->Stop();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  server_->Wait();
}

}  // namespace rollcall::collector
