#include "collector/contracts/contract_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* ContractServiceImpl::ImportEntitlements(
    grpc::CallbackServerContext* context,
    const v1::ImportEntitlementsRequest* request,
    v1::ImportEntitlementsResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return importer_.Import(*request, caller.principal);
      });
}

grpc::ServerUnaryReactor* ContractServiceImpl::ListEntitlements(
    grpc::CallbackServerContext* context,
    const v1::ListEntitlementsRequest* request,
    v1::ListEntitlementsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListEntitlements(*request);
  });
}

grpc::ServerUnaryReactor* ContractServiceImpl::ListChangeSets(
    grpc::CallbackServerContext* context,
    const v1::ListChangeSetsRequest* request,
    v1::ListChangeSetsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListChangeSets(*request);
  });
}

grpc::ServerUnaryReactor* ContractServiceImpl::ListQuarantinedLines(
    grpc::CallbackServerContext* context,
    const v1::ListQuarantinedLinesRequest* request,
    v1::ListQuarantinedLinesResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListQuarantinedLines(*request);
  });
}

}  // namespace rollcall::collector
