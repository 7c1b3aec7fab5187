#include "collector/identity/enrolment_service.h"

namespace rollcall::collector {
grpc::ServerUnaryReactor* EnrolmentServiceImpl::CreateToken(
    grpc::CallbackServerContext* context, const v1::CreateTokenRequest* request,
    v1::CreateTokenResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return tokens_.Create(*request, caller);
                            });
}

grpc::ServerUnaryReactor* EnrolmentServiceImpl::ListTokens(
    grpc::CallbackServerContext* context, const v1::ListTokensRequest* request,
    v1::ListTokensResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return tokens_.List(*request, caller);
                            });
}

grpc::ServerUnaryReactor* EnrolmentServiceImpl::RevokeToken(
    grpc::CallbackServerContext* context, const v1::RevokeTokenRequest* request,
    v1::RevokeTokenResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return tokens_.Revoke(*request, caller);
                            });
}

grpc::ServerUnaryReactor* EnrolmentServiceImpl::ListCertificates(
    grpc::CallbackServerContext* context,
    const v1::ListCertificatesRequest* request,
    v1::ListCertificatesResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return certificates_.List(*request);
  });
}

grpc::ServerUnaryReactor* EnrolmentServiceImpl::RevokeAgent(
    grpc::CallbackServerContext* context, const v1::RevokeAgentRequest* request,
    v1::RevokeAgentResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return revocations_.Revoke(*request, caller.principal);
      });
}

}  // namespace rollcall::collector
