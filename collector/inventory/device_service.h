// DeviceService over gRPC.
#pragma once

#include "collector/inventory/device_queries.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/device_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. Both arguments outlive it.
class DeviceServiceImpl final : public v1::DeviceService::CallbackService {
 public:
  DeviceServiceImpl(const DeviceQueries& queries,
                    const UnaryDispatcher& dispatcher)
      : queries_(queries), dispatcher_(dispatcher) {}

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

 private:
  const DeviceQueries& queries_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
