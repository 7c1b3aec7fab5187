#include "collector/reconcile/reconciliation_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* ReconciliationServiceImpl::ListPositions(
    grpc::CallbackServerContext* context,
    const v1::ListPositionsRequest* request,
    v1::ListPositionsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListPositions(*request);
  });
}

grpc::ServerUnaryReactor* ReconciliationServiceImpl::ExplainPosition(
    grpc::CallbackServerContext* context,
    const v1::ExplainPositionRequest* request,
    v1::ExplainPositionResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ExplainPosition(*request);
  });
}

}  // namespace rollcall::collector
