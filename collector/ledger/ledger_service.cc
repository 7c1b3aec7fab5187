#include "collector/ledger/ledger_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* LedgerServiceImpl::GetCheckpoint(
    grpc::CallbackServerContext* context,
    const v1::GetCheckpointRequest* request,
    v1::GetCheckpointResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.GetCheckpoint(*request);
  });
}

grpc::ServerUnaryReactor* LedgerServiceImpl::ListLedgerEntries(
    grpc::CallbackServerContext* context,
    const v1::ListLedgerEntriesRequest* request,
    v1::ListLedgerEntriesResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListLedgerEntries(*request);
  });
}

grpc::ServerUnaryReactor* LedgerServiceImpl::GetInclusionProof(
    grpc::CallbackServerContext* context,
    const v1::GetInclusionProofRequest* request,
    v1::GetInclusionProofResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.GetInclusionProof(*request);
  });
}

grpc::ServerUnaryReactor* LedgerServiceImpl::GetConsistencyProof(
    grpc::CallbackServerContext* context,
    const v1::GetConsistencyProofRequest* request,
    v1::GetConsistencyProofResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.GetConsistencyProof(*request);
  });
}

grpc::ServerUnaryReactor* LedgerServiceImpl::GetLedgerKey(
    grpc::CallbackServerContext* context,
    const v1::GetLedgerKeyRequest* request,
    v1::GetLedgerKeyResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this] { return queries_.GetLedgerKey(); });
}

grpc::ServerUnaryReactor* LedgerServiceImpl::ExportLedger(
    grpc::CallbackServerContext* context,
    const v1::ExportLedgerRequest* request,
    v1::ExportLedgerResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ExportLedger(*request);
  });
}

}  // namespace rollcall::collector
