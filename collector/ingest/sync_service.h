// SyncService over gRPC: the agents' port.
#pragma once

#include "collector/ingest/byte_budget.h"
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
  SyncServiceImpl(const SyncDeps& deps, Executor& executor, ByteBudget& budget)
      : deps_(deps), executor_(executor), budget_(budget) {}

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Sync(
      grpc::CallbackServerContext* context) override;

 private:
  const SyncDeps& deps_;
  Executor& executor_;
  ByteBudget& budget_;
};

}  // namespace rollcall::collector
