// ReconciliationService over gRPC.
#pragma once

#include "collector/reconcile/reconciliation_queries.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/reconciliation_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. Both arguments outlive it.
class ReconciliationServiceImpl final
    : public v1::ReconciliationService::CallbackService {
 public:
  ReconciliationServiceImpl(const ReconciliationQueries& queries,
                            const UnaryDispatcher& dispatcher)
      : queries_(queries), dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* ListPositions(
      grpc::CallbackServerContext* context,
      const v1::ListPositionsRequest* request,
      v1::ListPositionsResponse* response) override;
  grpc::ServerUnaryReactor* ExplainPosition(
      grpc::CallbackServerContext* context,
      const v1::ExplainPositionRequest* request,
      v1::ExplainPositionResponse* response) override;

 private:
  const ReconciliationQueries& queries_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
