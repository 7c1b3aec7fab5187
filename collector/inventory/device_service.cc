#include "collector/inventory/device_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* DeviceServiceImpl::ListDevices(
    grpc::CallbackServerContext* context, const v1::ListDevicesRequest* request,
    v1::ListDevicesResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListDevices(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::GetDevice(
    grpc::CallbackServerContext* context, const v1::GetDeviceRequest* request,
    v1::GetDeviceResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.GetDevice(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ListDeviceRows(
    grpc::CallbackServerContext* context,
    const v1::ListDeviceRowsRequest* request,
    v1::ListDeviceRowsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListDeviceRows(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ListDeviceHistory(
    grpc::CallbackServerContext* context,
    const v1::ListDeviceHistoryRequest* request,
    v1::ListDeviceHistoryResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListDeviceHistory(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ListSoftware(
    grpc::CallbackServerContext* context,
    const v1::ListSoftwareRequest* request,
    v1::ListSoftwareResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListSoftware(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ListSoftwareDevices(
    grpc::CallbackServerContext* context,
    const v1::ListSoftwareDevicesRequest* request,
    v1::ListSoftwareDevicesResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListSoftwareDevices(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::DeleteDevice(
    grpc::CallbackServerContext* context,
    const v1::DeleteDeviceRequest* request,
    v1::DeleteDeviceResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return deletion_.DeleteDevice(*request, caller.principal);
      });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::GetDeletion(
    grpc::CallbackServerContext* context, const v1::GetDeletionRequest* request,
    v1::GetDeletionResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return deletions_.GetDeletion(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ListDeletions(
    grpc::CallbackServerContext* context,
    const v1::ListDeletionsRequest* request,
    v1::ListDeletionsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return deletions_.ListDeletions(*request);
  });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::HoldDevice(
    grpc::CallbackServerContext* context, const v1::HoldDeviceRequest* request,
    v1::HoldDeviceResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return holds_.HoldDevice(*request, caller.principal);
      });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ReleaseDevice(
    grpc::CallbackServerContext* context,
    const v1::ReleaseDeviceRequest* request,
    v1::ReleaseDeviceResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return holds_.ReleaseDevice(*request, caller.principal);
      });
}

grpc::ServerUnaryReactor* DeviceServiceImpl::ListHolds(
    grpc::CallbackServerContext* context, const v1::ListHoldsRequest* request,
    v1::ListHoldsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return holds_.ListHolds(*request);
  });
}

}  // namespace rollcall::collector
