// ContractService over gRPC.
#pragma once

#include "collector/contracts/contract_queries.h"
#include "collector/contracts/entitlement_import.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. All arguments outlive it.
class ContractServiceImpl final : public v1::ContractService::CallbackService {
 public:
  ContractServiceImpl(EntitlementImporter& importer,
                      const ContractQueries& queries,
                      const UnaryDispatcher& dispatcher)
      : importer_(importer), queries_(queries), dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* ImportEntitlements(
      grpc::CallbackServerContext* context,
      const v1::ImportEntitlementsRequest* request,
      v1::ImportEntitlementsResponse* response) override;
  grpc::ServerUnaryReactor* ListEntitlements(
      grpc::CallbackServerContext* context,
      const v1::ListEntitlementsRequest* request,
      v1::ListEntitlementsResponse* response) override;
  grpc::ServerUnaryReactor* ListChangeSets(
      grpc::CallbackServerContext* context,
      const v1::ListChangeSetsRequest* request,
      v1::ListChangeSetsResponse* response) override;
  grpc::ServerUnaryReactor* ListQuarantinedLines(
      grpc::CallbackServerContext* context,
      const v1::ListQuarantinedLinesRequest* request,
      v1::ListQuarantinedLinesResponse* response) override;

 private:
  EntitlementImporter& importer_;
  const ContractQueries& queries_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
