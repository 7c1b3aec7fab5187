// SyncService over gRPC: the agents' port.
#pragma once

#include "collector/identity/revocations.h"
#include "collector/ingest/byte_budget.h"
#include "collector/ingest/live_streams.h"
#include "collector/ingest/sync_session.h"
#include "collector/rpc/executor.h"
#include "rollcall/v1/sync.grpc.pb.h"

namespace rollcall::collector {

// Takes raw byte buffers, so that the byte budget admits a message before
// anything is decoded. Thread-safe. All arguments outlive it and its streams.
class SyncServiceImpl final
    : public v1::SyncService::WithRawCallbackMethod_Sync<
          v1::SyncService::Service> {
 public:
  // Without `revocations` no agent is revoked.
  SyncServiceImpl(const SyncDeps& deps, Executor& executor, ByteBudget& budget,
                  const Revocations* revocations = nullptr)
      : deps_(deps),
        executor_(executor),
        budget_(budget),
        revocations_(revocations) {}

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Sync(
      grpc::CallbackServerContext* context) override;

  // For ending an agent's streams.
  LiveStreams& streams() { return streams_; }
  const LiveStreams& streams() const { return streams_; }

 private:
  const SyncDeps& deps_;
  Executor& executor_;
  ByteBudget& budget_;
  const Revocations* const revocations_;
  LiveStreams streams_;
};

}  // namespace rollcall::collector
