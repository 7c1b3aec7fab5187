#include "collector/changes/change_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* ChangeServiceImpl::ListChangeSets(
    grpc::CallbackServerContext* context,
    const v1::ListChangeSetsRequest* request,
    v1::ListChangeSetsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.List(*request);
  });
}

grpc::ServerUnaryReactor* ChangeServiceImpl::GetChangeSet(
    grpc::CallbackServerContext* context,
    const v1::GetChangeSetRequest* request,
    v1::GetChangeSetResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request] { return queries_.Get(*request); });
}

grpc::ServerUnaryReactor* ChangeServiceImpl::ListDifferences(
    grpc::CallbackServerContext* context,
    const v1::ListDifferencesRequest* request,
    v1::ListDifferencesResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListDifferences(*request);
  });
}

grpc::ServerUnaryReactor* ChangeServiceImpl::PreviewChangeSet(
    grpc::CallbackServerContext* context,
    const v1::PreviewChangeSetRequest* request,
    v1::PreviewChangeSetResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return preview_.Preview(*request);
  });
}

grpc::ServerUnaryReactor* ChangeServiceImpl::ApproveChangeSet(
    grpc::CallbackServerContext* context,
    const v1::ApproveChangeSetRequest* request,
    v1::ApproveChangeSetResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return change_sets_.Approve(*request, caller);
                            });
}

grpc::ServerUnaryReactor* ChangeServiceImpl::RejectChangeSet(
    grpc::CallbackServerContext* context,
    const v1::RejectChangeSetRequest* request,
    v1::RejectChangeSetResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return change_sets_.Reject(*request, caller);
                            });
}

grpc::ServerUnaryReactor* ChangeServiceImpl::WithdrawChangeSet(
    grpc::CallbackServerContext* context,
    const v1::WithdrawChangeSetRequest* request,
    v1::WithdrawChangeSetResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return change_sets_.Withdraw(*request, caller);
                            });
}

}  // namespace rollcall::collector
