#include "collector/identity/certificate_revocations.h"

#include "collector/identity/principal_certificates.h"
#include "collector/identity/principal_tables.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {

absl::Status CertificateRevocations::Load() {
  auto entries = kPrincipalCertificatesTable.ScanPrefix(engine_, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return absl::OkStatus();
    if (!entry->value.has_revocations()) continue;
    Learn(entry->key.name, entry->value.revocations());
  }
}

void CertificateRevocations::Learn(
    absl::string_view principal,
    const stored::v1::CertificateRevocations& revocations) {
  MutexLock lock(&mutex_);
  stored::v1::CertificateRevocations& known = known_[principal];
  // Of two changes the later may be heard of first.
  if (revocations.stamp() < known.stamp()) return;
  known = revocations;
}

void CertificateRevocations::LearnStored(absl::string_view principal) {
  const auto stored = ReadPrincipalCertificates(engine_, principal);
  if (stored.ok()) {
    if (stored->has_revocations()) Learn(principal, stored->revocations());
    return;
  }
  Log(LogLevel::kError, "a revoked certificate counts until a restart",
      {{"principal", principal}, {"error", stored.status().message()}});
}

bool CertificateRevocations::IsRevoked(
    absl::string_view principal, const CertificateInfo& certificate) const {
  MutexLock lock(&mutex_);
  const auto found = known_.find(principal);
  return found != known_.end() &&
         collector::IsRevoked(found->second, certificate);
}

absl::Time CertificateRevocations::Since(
    const v1::Certificate& certificate) const {
  MutexLock lock(&mutex_);
  const auto found = known_.find(certificate.principal());
  return found == known_.end() ? absl::InfiniteFuture()
                               : RevokedSince(found->second, certificate);
}

}  // namespace rollcall::collector
