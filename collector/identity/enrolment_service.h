// EnrolmentService over gRPC.
#pragma once

#include "collector/identity/certificate_list.h"
#include "collector/identity/revocations.h"
#include "collector/identity/token_store.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/enrolment_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. All arguments outlive it.
class EnrolmentServiceImpl final
    : public v1::EnrolmentService::CallbackService {
 public:
  EnrolmentServiceImpl(TokenStore& tokens, const CertificateList& certificates,
                       Revocations& revocations,
                       const UnaryDispatcher& dispatcher)
      : tokens_(tokens),
        certificates_(certificates),
        revocations_(revocations),
        dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* CreateToken(
      grpc::CallbackServerContext* context,
      const v1::CreateTokenRequest* request,
      v1::CreateTokenResponse* response) override;
  grpc::ServerUnaryReactor* ListTokens(
      grpc::CallbackServerContext* context,
      const v1::ListTokensRequest* request,
      v1::ListTokensResponse* response) override;
  grpc::ServerUnaryReactor* RevokeToken(
      grpc::CallbackServerContext* context,
      const v1::RevokeTokenRequest* request,
      v1::RevokeTokenResponse* response) override;
  grpc::ServerUnaryReactor* ListCertificates(
      grpc::CallbackServerContext* context,
      const v1::ListCertificatesRequest* request,
      v1::ListCertificatesResponse* response) override;
  grpc::ServerUnaryReactor* RevokeAgent(
      grpc::CallbackServerContext* context,
      const v1::RevokeAgentRequest* request,
      v1::RevokeAgentResponse* response) override;

 private:
  TokenStore& tokens_;
  const CertificateList& certificates_;
  Revocations& revocations_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
