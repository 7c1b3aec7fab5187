#include "collector/registers/register_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* RegisterServiceImpl::ImportExpectedDevices(
    grpc::CallbackServerContext* context,
    const v1::ImportExpectedDevicesRequest* request,
    v1::ImportExpectedDevicesResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return importer_.Import(*request, caller);
                            });
}

grpc::ServerUnaryReactor* RegisterServiceImpl::ListExpectedDevices(
    grpc::CallbackServerContext* context,
    const v1::ListExpectedDevicesRequest* request,
    v1::ListExpectedDevicesResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListExpectedDevices(*request);
  });
}

grpc::ServerUnaryReactor* RegisterServiceImpl::ListUndiscovered(
    grpc::CallbackServerContext* context,
    const v1::ListUndiscoveredRequest* request,
    v1::ListUndiscoveredResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return undiscovered_.ListUndiscovered(*request);
  });
}

}  // namespace rollcall::collector
