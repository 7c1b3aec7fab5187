#include "collector/identity/certificate_edits.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "collector/identity/principal_certificates.h"
#include "collector/identity/principal_tables.h"
#include "collector/rpc/reason.h"
#include "collector/storage/apply_once.h"
#include "common/log.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/tls.h"

namespace rollcall::collector {
namespace {

// A stolen certificate is turned away by whoever hears of it first.
constexpr RoleSet kRevoking = {v1::ROLE_SECURITY, v1::ROLE_ADMIN};

absl::Status CheckMayRevoke(const v1::RevokeCertificatesRequest& request,
                            const Caller& caller) {
  if (!IsPrincipalName(request.principal())) {
    return absl::InvalidArgumentError(
        "principal must be 1 to 64 of a-z, 0-9, \".\", \"_\", \"-\"");
  }
  if (request.principal() != caller.principal &&
      !caller.roles.Meets(kRevoking)) {
    return absl::PermissionDeniedError(absl::StrCat(
        caller.principal,
        " may revoke certificates of its own; those of others are revoked by ",
        RolesText(kRevoking)));
  }
  return CheckReason(request.reason());
}

LedgerEntry EntryOf(const v1::RevokeCertificatesRequest& request,
                    const std::string& name, const Caller& caller) {
  LedgerEntry entry;
  entry.kind = "certificates-revoked";
  entry.actor = caller.principal;
  entry.AddFact("principal", request.principal());
  entry.AddFact("certificate", name.empty() ? "all" : name);
  entry.AddFact("reason", request.reason());
  return entry;
}

// The certificates of somebody who is known here.
absl::StatusOr<stored::v1::PrincipalCertificates> CertificatesOf(
    const Reader& reader, const std::string& principal) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            ReadPrincipal(reader, principal));
  if (stored.has_value()) return ReadPrincipalCertificates(reader, principal);
  return absl::NotFoundError(absl::StrCat("there is no principal ", principal));
}

}  // namespace

absl::StatusOr<v1::RevokeCertificatesResponse> CertificateEdits::Revoke(
    const v1::RevokeCertificatesRequest& request, const Caller& caller) {
  using Response = v1::RevokeCertificatesResponse;
  ROLLCALL_RETURN_IF_ERROR(CheckMayRevoke(request, caller));
  std::string name;
  if (!request.certificate().empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(name, CertificateNameOf(request.certificate()));
  }
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create(
          "rollcall.v1.PrincipalService.RevokeCertificates", caller.principal,
          request.request_id(), request));
  const auto work = [&](KnownStamp stamp, const Reader& reader, Writes& writes,
                        Response& response) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(auto of,
                              CertificatesOf(reader, request.principal()));
    absl::Time since = stamp.time();
    if (name.empty()) {
      RevokeAllCertificates(clock_.Now(), stamp, of);
    } else {
      ROLLCALL_ASSIGN_OR_RETURN(
          since, RevokeCertificate(name, clock_.Now(), stamp, of));
    }
    *response.mutable_revoke_time() = ToProto(since);
    response.set_already_revoked(of.revocations().stamp() != stamp.raw());
    if (response.already_revoked()) return absl::OkStatus();
    kPrincipalCertificatesTable.Put(writes.head, {request.principal()}, of);
    return ledger_.Append(EntryOf(request, name, caller), stamp, reader,
                          writes.head);
  };
  ROLLCALL_ASSIGN_OR_RETURN(
      Response response,
      ApplyOnce<Response>(committer_, {kPrincipalsName, LedgerWriter::kName},
                          repeatable, work));
  revocations_.LearnStored(request.principal());
  Log(LogLevel::kInfo, "certificates revoked",
      {{"principal", request.principal()},
       {"certificate", name.empty() ? "all" : name},
       {"by", caller.principal},
       {"reason", request.reason()}});
  return response;
}

}  // namespace rollcall::collector
