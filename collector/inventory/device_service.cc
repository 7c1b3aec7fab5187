#include "collector/inventory/device_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* DeviceServiceImpl::ListDevices(
    grpc::CallbackServerContext* context, const v1::ListDevicesRequest* request,
    v1::ListDevicesResponse* response) {
  return dispatcher_.Answer(context, response, [this, request] {
    return queries_.ListDevices(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::GetDevice(
    grpc::CallbackServerContext* context, const v1::GetDeviceRequest* request,
    v1::GetDeviceResponse* response) {
  return dispatcher_.Answer(context, response, [this, request] {
    return queries_.GetDevice(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ListDeviceRows(
    grpc::CallbackServerContext* context,
    const v1::ListDeviceRowsRequest* request,
    v1::ListDeviceRowsResponse* response) {
  return dispatcher_.Answer(context, response, [this, request] {
    return queries_.ListDeviceRows(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ListDeviceHistory(
    grpc::CallbackServerContext* context,
    const v1::ListDeviceHistoryRequest* request,
    v1::ListDeviceHistoryResponse* response) {
  return dispatcher_.Answer(context, response, [this, request] {
    return queries_.ListDeviceHistory(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ListSoftware(
    grpc::CallbackServerContext* context,
    const v1::ListSoftwareRequest* request,
    v1::ListSoftwareResponse* response) {
  return dispatcher_.Answer(context, response, [this, request] {
    return queries_.ListSoftware(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ListSoftwareDevices(
    grpc::CallbackServerContext* context,
    const v1::ListSoftwareDevicesRequest* request,
    v1::ListSoftwareDevicesResponse* response) {
  return dispatcher_.Answer(context, response, [this, request] {
    return queries_.ListSoftwareDevices(*request);
  });
}

}  // namespace rollcall::collector
