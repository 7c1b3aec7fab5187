#include "agent/app/credential_files.h"

#include "common/log.h"
#include "common/status.h"

namespace rollcall::agent {
namespace {

bool AreTheSame(const TlsCredentials& a, const TlsCredentials& b) {
  return a.ca_pem == b.ca_pem && a.certificate_pem == b.certificate_pem &&
         a.private_key_pem == b.private_key_pem;
}

// INVALID_ARGUMENT if `next` is not of the agent of `now`.
absl::Status CheckSameAgent(const TlsCredentials& now,
                            const TlsCredentials& next) {
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo ours,
                            ReadCertificate(now.certificate_pem));
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo theirs,
                            ReadCertificate(next.certificate_pem));
  ROLLCALL_ASSIGN_OR_RETURN(const AgentId agent, AgentOf(theirs));
  if (agent == ours.key_fingerprint) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "the certificate is another agent's; start this one anew to be that "
      "agent");
}

}  // namespace

absl::StatusOr<CredentialFiles> CredentialFiles::Open(CredentialPaths paths,
                                                      const Clock& clock) {
  ROLLCALL_ASSIGN_OR_RETURN(
      TlsCredentials current,
      LoadTlsCredentials(paths.ca, paths.certificate, paths.key, clock.Now()));
  return CredentialFiles(std::move(paths), clock, std::move(current));
}

std::optional<TlsCredentials> CredentialFiles::Renewed() {
  auto read = LoadTlsCredentials(paths_.ca, paths_.certificate, paths_.key,
                                 clock_.Now());
  if (read.ok() && AreTheSame(*read, current_)) return std::nullopt;
  const absl::Status usable =
      read.ok() ? CheckSameAgent(current_, *read) : read.status();
  if (!usable.ok()) {
    Log(LogLevel::kWarning,
        "what the certificate's files hold now cannot be used; going on with "
        "what they held",
        {{"file", paths_.certificate}, {"error", usable.message()}});
    return std::nullopt;
  }
  current_ = *std::move(read);
  Log(LogLevel::kInfo, "the certificate's files have changed; using them",
      {{"file", paths_.certificate}});
  return current_;
}

}  // namespace rollcall::agent
