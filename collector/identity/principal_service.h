// PrincipalService over gRPC.
#pragma once

#include "collector/identity/certificate_edits.h"
#include "collector/identity/principal_queries.h"
#include "collector/identity/role_edits.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/principal_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. All arguments outlive it.
class PrincipalServiceImpl final
    : public v1::PrincipalService::CallbackService {
 public:
  PrincipalServiceImpl(const PrincipalQueries& queries, RoleEdits& edits,
                       CertificateEdits& certificates,
                       const UnaryDispatcher& dispatcher)
      : queries_(queries),
        edits_(edits),
        certificates_(certificates),
        dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* ListPrincipals(
      grpc::CallbackServerContext* context,
      const v1::ListPrincipalsRequest* request,
      v1::ListPrincipalsResponse* response) override;
  grpc::ServerUnaryReactor* GetPrincipal(
      grpc::CallbackServerContext* context,
      const v1::GetPrincipalRequest* request,
      v1::GetPrincipalResponse* response) override;
  grpc::ServerUnaryReactor* GrantRole(grpc::CallbackServerContext* context,
                                      const v1::GrantRoleRequest* request,
                                      v1::GrantRoleResponse* response) override;
  grpc::ServerUnaryReactor* RevokeRole(
      grpc::CallbackServerContext* context,
      const v1::RevokeRoleRequest* request,
      v1::RevokeRoleResponse* response) override;
  grpc::ServerUnaryReactor* RevokeCertificates(
      grpc::CallbackServerContext* context,
      const v1::RevokeCertificatesRequest* request,
      v1::RevokeCertificatesResponse* response) override;
  grpc::ServerUnaryReactor* WhoAmI(grpc::CallbackServerContext* context,
                                   const v1::WhoAmIRequest* request,
                                   v1::WhoAmIResponse* response) override;

 private:
  const PrincipalQueries& queries_;
  RoleEdits& edits_;
  CertificateEdits& certificates_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
