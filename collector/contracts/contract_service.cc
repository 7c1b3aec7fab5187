#include "collector/contracts/contract_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* ContractServiceImpl::ProposeChanges(
    grpc::CallbackServerContext* context,
    const v1::ProposeChangesRequest* request,
    v1::ProposeChangesResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return proposer_.Propose(*request, caller);
                            });
}

grpc::ServerUnaryReactor* ContractServiceImpl::ListContractObjects(
    grpc::CallbackServerContext* context,
    const v1::ListContractObjectsRequest* request,
    v1::ListContractObjectsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListObjects(*request);
  });
}

grpc::ServerUnaryReactor* ContractServiceImpl::GetContractObject(
    grpc::CallbackServerContext* context,
    const v1::GetContractObjectRequest* request,
    v1::GetContractObjectResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.GetObject(*request);
  });
}

grpc::ServerUnaryReactor* ContractServiceImpl::ListContractObjectVersions(
    grpc::CallbackServerContext* context,
    const v1::ListContractObjectVersionsRequest* request,
    v1::ListContractObjectVersionsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListVersions(*request);
  });
}

grpc::ServerUnaryReactor* ContractServiceImpl::CompareContractObject(
    grpc::CallbackServerContext* context,
    const v1::CompareContractObjectRequest* request,
    v1::CompareContractObjectResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.Compare(*request);
  });
}

grpc::ServerUnaryReactor* ContractServiceImpl::ImportEntitlements(
    grpc::CallbackServerContext* context,
    const v1::ImportEntitlementsRequest* request,
    v1::ImportEntitlementsResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return importer_.Import(*request, caller);
                            });
}

grpc::ServerUnaryReactor* ContractServiceImpl::ListMappings(
    grpc::CallbackServerContext* context,
    const v1::ListMappingsRequest* request,
    v1::ListMappingsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return importer_.ListMappings(*request);
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

grpc::ServerUnaryReactor* ContractServiceImpl::ExportEntitlements(
    grpc::CallbackServerContext* context,
    const v1::ExportEntitlementsRequest* request,
    v1::ExportEntitlementsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ExportEntitlements(*request);
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

grpc::ServerUnaryReactor* ContractServiceImpl::RepairQuarantinedLine(
    grpc::CallbackServerContext* context,
    const v1::RepairQuarantinedLineRequest* request,
    v1::RepairQuarantinedLineResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return repair_.Repair(*request, caller);
                            });
}

}  // namespace rollcall::collector
