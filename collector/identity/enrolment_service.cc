#include "collector/identity/enrolment_service.h"

#include <utility>

namespace rollcall::collector {
namespace {

// Puts a result where gRPC takes it from.
template <typename Response>
absl::Status Fill(absl::StatusOr<Response> result, Response* response) {
  if (!result.ok()) return result.status();
  *response = *std::move(result);
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* EnrolmentServiceImpl::CreateToken(
    grpc::CallbackServerContext* context, const v1::CreateTokenRequest* request,
    v1::CreateTokenResponse* response) {
  return dispatcher_.Run(
      context, [this, request, response](const Caller& caller) {
        return Fill(tokens_.Create(*request, caller.principal), response);
      });
}

grpc::ServerUnaryReactor* EnrolmentServiceImpl::ListTokens(
    grpc::CallbackServerContext* context, const v1::ListTokensRequest* request,
    v1::ListTokensResponse* response) {
  return dispatcher_.Answer(context, response,
                            [this, request] { return tokens_.List(*request); });
}

grpc::ServerUnaryReactor* EnrolmentServiceImpl::RevokeToken(
    grpc::CallbackServerContext* context, const v1::RevokeTokenRequest* request,
    v1::RevokeTokenResponse* response) {
  return dispatcher_.Run(
      context, [this, request, response](const Caller& caller) {
        return Fill(tokens_.Revoke(*request, caller.principal), response);
      });
}

grpc::ServerUnaryReactor* EnrolmentServiceImpl::ListCertificates(
    grpc::CallbackServerContext* context,
    const v1::ListCertificatesRequest* request,
    v1::ListCertificatesResponse* response) {
  return dispatcher_.Answer(context, response, [this, request] {
    return certificates_.List(*request);
  });
}

grpc::ServerUnaryReactor* EnrolmentServiceImpl::RevokeAgent(
    grpc::CallbackServerContext* context, const v1::RevokeAgentRequest* request,
    v1::RevokeAgentResponse* response) {
  return dispatcher_.Run(
      context, [this, request, response](const Caller& caller) {
        return Fill(revocations_.Revoke(*request, caller.principal), response);
      });
}

}  // namespace rollcall::collector
