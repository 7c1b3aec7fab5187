// LedgerService over gRPC.
#pragma once

#include "collector/ledger/ledger_queries.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/ledger_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. All arguments outlive it.
class LedgerServiceImpl final : public v1::LedgerService::CallbackService {
 public:
  LedgerServiceImpl(const LedgerQueries& queries,
                    const UnaryDispatcher& dispatcher)
      : queries_(queries), dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* GetCheckpoint(
      grpc::CallbackServerContext* context,
      const v1::GetCheckpointRequest* request,
      v1::GetCheckpointResponse* response) override;
  grpc::ServerUnaryReactor* ListLedgerEntries(
      grpc::CallbackServerContext* context,
      const v1::ListLedgerEntriesRequest* request,
      v1::ListLedgerEntriesResponse* response) override;
  grpc::ServerUnaryReactor* GetInclusionProof(
      grpc::CallbackServerContext* context,
      const v1::GetInclusionProofRequest* request,
      v1::GetInclusionProofResponse* response) override;
  grpc::ServerUnaryReactor* GetConsistencyProof(
      grpc::CallbackServerContext* context,
      const v1::GetConsistencyProofRequest* request,
      v1::GetConsistencyProofResponse* response) override;
  grpc::ServerUnaryReactor* GetLedgerKey(
      grpc::CallbackServerContext* context,
      const v1::GetLedgerKeyRequest* request,
      v1::GetLedgerKeyResponse* response) override;
  grpc::ServerUnaryReactor* ExportLedger(
      grpc::CallbackServerContext* context,
      const v1::ExportLedgerRequest* request,
      v1::ExportLedgerResponse* response) override;

 private:
  const LedgerQueries& queries_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
