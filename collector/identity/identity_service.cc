#include "collector/identity/identity_service.h"

namespace rollcall::collector {
grpc::ServerUnaryReactor* IdentityServiceImpl::GetDeviceIdentity(
    grpc::CallbackServerContext* context,
    const v1::GetDeviceIdentityRequest* request,
    v1::GetDeviceIdentityResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.GetDeviceIdentity(*request);
  });
}

grpc::ServerUnaryReactor* IdentityServiceImpl::ListPossibleDuplicates(
    grpc::CallbackServerContext* context,
    const v1::ListPossibleDuplicatesRequest* request,
    v1::ListPossibleDuplicatesResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListPossibleDuplicates(*request);
  });
}

grpc::ServerUnaryReactor* IdentityServiceImpl::MergeDevices(
    grpc::CallbackServerContext* context,
    const v1::MergeDevicesRequest* request,
    v1::MergeDevicesResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return edits_.MergeDevices(*request, caller.principal);
      });
}

grpc::ServerUnaryReactor* IdentityServiceImpl::SplitDevice(
    grpc::CallbackServerContext* context, const v1::SplitDeviceRequest* request,
    v1::SplitDeviceResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return edits_.SplitDevice(*request, caller.principal);
      });
}

grpc::ServerUnaryReactor* IdentityServiceImpl::UndoIdentityEvent(
    grpc::CallbackServerContext* context,
    const v1::UndoIdentityEventRequest* request,
    v1::UndoIdentityEventResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return edits_.UndoIdentityEvent(*request, caller.principal);
      });
}

}  // namespace rollcall::collector
