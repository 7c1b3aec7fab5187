// RegisterService over gRPC.
#pragma once

#include "collector/registers/register_import.h"
#include "collector/registers/register_queries.h"
#include "collector/registers/undiscovered_lister.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/register_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. All arguments outlive it.
class RegisterServiceImpl final : public v1::RegisterService::CallbackService {
 public:
  RegisterServiceImpl(RegisterImporter& importer,
                      const RegisterQueries& queries,
                      const UndiscoveredLister& undiscovered,
                      const UnaryDispatcher& dispatcher)
      : importer_(importer),
        queries_(queries),
        undiscovered_(undiscovered),
        dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* ImportExpectedDevices(
      grpc::CallbackServerContext* context,
      const v1::ImportExpectedDevicesRequest* request,
      v1::ImportExpectedDevicesResponse* response) override;
  grpc::ServerUnaryReactor* ListExpectedDevices(
      grpc::CallbackServerContext* context,
      const v1::ListExpectedDevicesRequest* request,
      v1::ListExpectedDevicesResponse* response) override;
  grpc::ServerUnaryReactor* ListUndiscovered(
      grpc::CallbackServerContext* context,
      const v1::ListUndiscoveredRequest* request,
      v1::ListUndiscoveredResponse* response) override;

 private:
  RegisterImporter& importer_;
  const RegisterQueries& queries_;
  const UndiscoveredLister& undiscovered_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
