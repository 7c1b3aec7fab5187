#include "collector/identity/identity_service.h"

#include <utility>

namespace rollcall::collector {
namespace {

// Runs `work`, which needs to know who calls: absl::StatusOr<Response>(caller).
template <typename Response, typename Work>
grpc::ServerUnaryReactor* Edit(const UnaryDispatcher& dispatcher,
                               grpc::CallbackServerContext* context,
                               Response* response, Work work) {
  return dispatcher.Run(
      context,
      [response, work = std::move(work)](const Caller& caller) -> absl::Status {
        auto result = work(caller);
        if (!result.ok()) return result.status();
        *response = *std::move(result);
        return absl::OkStatus();
      });
}

}  // namespace

grpc::ServerUnaryReactor* IdentityServiceImpl::GetDeviceIdentity(
    grpc::CallbackServerContext* context,
    const v1::GetDeviceIdentityRequest* request,
    v1::GetDeviceIdentityResponse* response) {
  return dispatcher_.Answer(context, response, [this, request] {
    return queries_.GetDeviceIdentity(*request);
  });
}

grpc::ServerUnaryReactor* IdentityServiceImpl::ListPossibleDuplicates(
    grpc::CallbackServerContext* context,
    const v1::ListPossibleDuplicatesRequest* request,
    v1::ListPossibleDuplicatesResponse* response) {
  return dispatcher_.Answer(context, response, [this, request] {
    return queries_.ListPossibleDuplicates(*request);
  });
}

grpc::ServerUnaryReactor* IdentityServiceImpl::MergeDevices(
    grpc::CallbackServerContext* context,
    const v1::MergeDevicesRequest* request,
    v1::MergeDevicesResponse* response) {
  return Edit(dispatcher_, context, response,
              [this, request](const Caller& caller) {
                return edits_.MergeDevices(*request, caller.principal);
              });
}

grpc::ServerUnaryReactor* IdentityServiceImpl::SplitDevice(
    grpc::CallbackServerContext* context, const v1::SplitDeviceRequest* request,
    v1::SplitDeviceResponse* response) {
  return Edit(dispatcher_, context, response,
              [this, request](const Caller& caller) {
                return edits_.SplitDevice(*request, caller.principal);
              });
}

grpc::ServerUnaryReactor* IdentityServiceImpl::UndoIdentityEvent(
    grpc::CallbackServerContext* context,
    const v1::UndoIdentityEventRequest* request,
    v1::UndoIdentityEventResponse* response) {
  return Edit(dispatcher_, context, response,
              [this, request](const Caller& caller) {
                return edits_.UndoIdentityEvent(*request, caller.principal);
              });
}

}  // namespace rollcall::collector
