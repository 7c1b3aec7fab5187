// IdentityService over gRPC.
#pragma once

#include "collector/identity/identity_edits.h"
#include "collector/identity/identity_queries.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/identity_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. All arguments outlive it.
class IdentityServiceImpl final : public v1::IdentityService::CallbackService {
 public:
  IdentityServiceImpl(const IdentityQueries& queries, IdentityEdits& edits,
                      const UnaryDispatcher& dispatcher)
      : queries_(queries), edits_(edits), dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* GetDeviceIdentity(
      grpc::CallbackServerContext* context,
      const v1::GetDeviceIdentityRequest* request,
      v1::GetDeviceIdentityResponse* response) override;
  grpc::ServerUnaryReactor* ListPossibleDuplicates(
      grpc::CallbackServerContext* context,
      const v1::ListPossibleDuplicatesRequest* request,
      v1::ListPossibleDuplicatesResponse* response) override;
  grpc::ServerUnaryReactor* MergeDevices(
      grpc::CallbackServerContext* context,
      const v1::MergeDevicesRequest* request,
      v1::MergeDevicesResponse* response) override;
  grpc::ServerUnaryReactor* SplitDevice(
      grpc::CallbackServerContext* context,
      const v1::SplitDeviceRequest* request,
      v1::SplitDeviceResponse* response) override;
  grpc::ServerUnaryReactor* UndoIdentityEvent(
      grpc::CallbackServerContext* context,
      const v1::UndoIdentityEventRequest* request,
      v1::UndoIdentityEventResponse* response) override;

 private:
  const IdentityQueries& queries_;
  IdentityEdits& edits_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
