#include "collector/rpc/caller.h"

#include <grpcpp/security/auth_context.h>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "common/status.h"
#include "common/tls.h"

namespace rollcall::collector {
namespace {

absl::StatusOr<CertificateInfo> PeerCertificate(
    const grpc::ServerContextBase& context) {
  const auto auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) {
    return absl::UnauthenticatedError("a client certificate is needed");
  }
  const auto pems = auth->FindPropertyValues("x509_pem_cert");
  if (pems.size() != 1) {
    return absl::UnauthenticatedError("a client certificate is needed");
  }
  return ReadCertificate(absl::string_view(pems[0].data(), pems[0].size()));
}

}  // namespace

absl::StatusOr<Caller> AdminCaller(const grpc::ServerContextBase& context,
                                   const RevokedCertificates& revoked,
                                   absl::Time now) {
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo certificate,
                            PeerCertificate(context));
  ROLLCALL_ASSIGN_OR_RETURN(std::string principal, PrincipalOf(certificate));
  if (now > certificate.not_after) {
    return absl::UnauthenticatedError(absl::StrCat(
        "the certificate has expired, at ",
        absl::FormatTime(certificate.not_after, absl::UTCTimeZone()),
        "; log in again"));
  }
  if (revoked.IsRevoked(principal, certificate)) {
    // Somebody has it who should not.
    Log(LogLevel::kWarning, "call refused: the certificate was revoked",
        {{"principal", principal}, {"certificate", certificate.sha256}});
    return absl::UnauthenticatedError(
        "the certificate was revoked; log in again");
  }
  return Caller{std::move(principal), certificate.not_after, RoleSet()};
}

absl::StatusOr<CallingAgent> AgentCaller(
    const grpc::ServerContextBase& context) {
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo certificate,
                            PeerCertificate(context));
  ROLLCALL_ASSIGN_OR_RETURN(const AgentId agent, AgentOf(certificate));
  return CallingAgent{agent, certificate.not_after};
}

}  // namespace rollcall::collector
