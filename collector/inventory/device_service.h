// DeviceService over gRPC.
#pragma once

#include "collector/inventory/deletions.h"
#include "collector/inventory/device_deletion.h"
#include "collector/inventory/device_holds.h"
#include "collector/inventory/device_queries.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/device_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. All arguments outlive it.
class DeviceServiceImpl final : public v1::DeviceService::CallbackService {
 public:
  DeviceServiceImpl(const DeviceQueries& queries, DeviceDeletion& deletion,
                    const Deletions& deletions, DeviceHolds& holds,
                    const UnaryDispatcher& dispatcher)
      : queries_(queries),
        deletion_(deletion),
        deletions_(deletions),
        holds_(holds),
        dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* ListDevices(
      grpc::CallbackServerContext* context,
      const v1::ListDevicesRequest* request,
      v1::ListDevicesResponse* response) override;
  grpc::ServerUnaryReactor* GetDevice(grpc::CallbackServerContext* context,
                                      const v1::GetDeviceRequest* request,
                                      v1::GetDeviceResponse* response) override;
  grpc::ServerUnaryReactor* ListDeviceRows(
      grpc::CallbackServerContext* context,
      const v1::ListDeviceRowsRequest* request,
      v1::ListDeviceRowsResponse* response) override;
  grpc::ServerUnaryReactor* ListDeviceHistory(
      grpc::CallbackServerContext* context,
      const v1::ListDeviceHistoryRequest* request,
      v1::ListDeviceHistoryResponse* response) override;
  grpc::ServerUnaryReactor* ListSoftware(
      grpc::CallbackServerContext* context,
      const v1::ListSoftwareRequest* request,
      v1::ListSoftwareResponse* response) override;
  grpc::ServerUnaryReactor* ListSoftwareDevices(
      grpc::CallbackServerContext* context,
      const v1::ListSoftwareDevicesRequest* request,
      v1::ListSoftwareDevicesResponse* response) override;
  grpc::ServerUnaryReactor* DeleteDevice(
      grpc::CallbackServerContext* context,
      const v1::DeleteDeviceRequest* request,
      v1::DeleteDeviceResponse* response) override;
  grpc::ServerUnaryReactor* GetDeletion(
      grpc::CallbackServerContext* context,
      const v1::GetDeletionRequest* request,
      v1::GetDeletionResponse* response) override;
  grpc::ServerUnaryReactor* ListDeletions(
      grpc::CallbackServerContext* context,
      const v1::ListDeletionsRequest* request,
      v1::ListDeletionsResponse* response) override;
  grpc::ServerUnaryReactor* HoldDevice(
      grpc::CallbackServerContext* context,
      const v1::HoldDeviceRequest* request,
      v1::HoldDeviceResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseDevice(
      grpc::CallbackServerContext* context,
      const v1::ReleaseDeviceRequest* request,
      v1::ReleaseDeviceResponse* response) override;
  grpc::ServerUnaryReactor* ListHolds(grpc::CallbackServerContext* context,
                                      const v1::ListHoldsRequest* request,
                                      v1::ListHoldsResponse* response) override;

 private:
  const DeviceQueries& queries_;
  DeviceDeletion& deletion_;
  const Deletions& deletions_;
  DeviceHolds& holds_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
