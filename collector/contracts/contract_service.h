// ContractService over gRPC.
#pragma once

#include "collector/contracts/contract_proposer.h"
#include "collector/contracts/contract_queries.h"
#include "collector/contracts/exchange/entitlement_import.h"
#include "collector/contracts/exchange/quarantine_repair.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. All arguments outlive it.
class ContractServiceImpl final : public v1::ContractService::CallbackService {
 public:
  ContractServiceImpl(EntitlementImporter& importer, QuarantineRepair& repair,
                      ContractProposer& proposer,
                      const ContractQueries& queries,
                      const UnaryDispatcher& dispatcher)
      : importer_(importer),
        repair_(repair),
        proposer_(proposer),
        queries_(queries),
        dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* ProposeChanges(
      grpc::CallbackServerContext* context,
      const v1::ProposeChangesRequest* request,
      v1::ProposeChangesResponse* response) override;
  grpc::ServerUnaryReactor* ListContractObjects(
      grpc::CallbackServerContext* context,
      const v1::ListContractObjectsRequest* request,
      v1::ListContractObjectsResponse* response) override;
  grpc::ServerUnaryReactor* GetContractObject(
      grpc::CallbackServerContext* context,
      const v1::GetContractObjectRequest* request,
      v1::GetContractObjectResponse* response) override;
  grpc::ServerUnaryReactor* ListContractObjectVersions(
      grpc::CallbackServerContext* context,
      const v1::ListContractObjectVersionsRequest* request,
      v1::ListContractObjectVersionsResponse* response) override;
  grpc::ServerUnaryReactor* CompareContractObject(
      grpc::CallbackServerContext* context,
      const v1::CompareContractObjectRequest* request,
      v1::CompareContractObjectResponse* response) override;
  grpc::ServerUnaryReactor* ImportEntitlements(
      grpc::CallbackServerContext* context,
      const v1::ImportEntitlementsRequest* request,
      v1::ImportEntitlementsResponse* response) override;
  grpc::ServerUnaryReactor* ListMappings(
      grpc::CallbackServerContext* context,
      const v1::ListMappingsRequest* request,
      v1::ListMappingsResponse* response) override;
  grpc::ServerUnaryReactor* ListEntitlements(
      grpc::CallbackServerContext* context,
      const v1::ListEntitlementsRequest* request,
      v1::ListEntitlementsResponse* response) override;
  grpc::ServerUnaryReactor* ExportEntitlements(
      grpc::CallbackServerContext* context,
      const v1::ExportEntitlementsRequest* request,
      v1::ExportEntitlementsResponse* response) override;
  grpc::ServerUnaryReactor* ListQuarantinedLines(
      grpc::CallbackServerContext* context,
      const v1::ListQuarantinedLinesRequest* request,
      v1::ListQuarantinedLinesResponse* response) override;
  grpc::ServerUnaryReactor* RepairQuarantinedLine(
      grpc::CallbackServerContext* context,
      const v1::RepairQuarantinedLineRequest* request,
      v1::RepairQuarantinedLineResponse* response) override;

 private:
  EntitlementImporter& importer_;
  QuarantineRepair& repair_;
  ContractProposer& proposer_;
  const ContractQueries& queries_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
