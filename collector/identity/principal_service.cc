#include "collector/identity/principal_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* PrincipalServiceImpl::ListPrincipals(
    grpc::CallbackServerContext* context,
    const v1::ListPrincipalsRequest* request,
    v1::ListPrincipalsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.List(*request);
  });
}

grpc::ServerUnaryReactor* PrincipalServiceImpl::GetPrincipal(
    grpc::CallbackServerContext* context,
    const v1::GetPrincipalRequest* request,
    v1::GetPrincipalResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request] { return queries_.Get(*request); });
}

grpc::ServerUnaryReactor* PrincipalServiceImpl::GrantRole(
    grpc::CallbackServerContext* context, const v1::GrantRoleRequest* request,
    v1::GrantRoleResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return edits_.Grant(*request, caller);
                            });
}

grpc::ServerUnaryReactor* PrincipalServiceImpl::RevokeRole(
    grpc::CallbackServerContext* context, const v1::RevokeRoleRequest* request,
    v1::RevokeRoleResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return edits_.Revoke(*request, caller);
                            });
}

grpc::ServerUnaryReactor* PrincipalServiceImpl::RevokeCertificates(
    grpc::CallbackServerContext* context,
    const v1::RevokeCertificatesRequest* request,
    v1::RevokeCertificatesResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return certificates_.Revoke(*request, caller);
                            });
}

grpc::ServerUnaryReactor* PrincipalServiceImpl::WhoAmI(
    grpc::CallbackServerContext* context, const v1::WhoAmIRequest* request,
    v1::WhoAmIResponse* response) {
  return dispatcher_.Answer(
      context, *request, response,
      [this](const Caller& caller) { return queries_.WhoAmI(caller); });
}

}  // namespace rollcall::collector
