// Certificates of principals that people end before their time.
#pragma once

#include "absl/status/statusor.h"
#include "collector/identity/certificate_revocations.h"
#include "collector/ledger/ledger_writer.h"
#include "collector/storage/committer.h"
#include "common/clock.h"
#include "rollcall/v1/principal_service.pb.h"

namespace rollcall::collector {

// Thread-safe; all arguments outlive it. Blocking.
class CertificateEdits {
 public:
  CertificateEdits(Committer& committer, const LedgerWriter& ledger,
                   CertificateRevocations& revocations, const Clock& clock)
      : committer_(committer),
        ledger_(ledger),
        revocations_(revocations),
        clock_(clock) {}

  // As PrincipalService.RevokeCertificates says. The ledger has an entry of it,
  // for whoever asks later who could have called as the principal.
  absl::StatusOr<v1::RevokeCertificatesResponse> Revoke(
      const v1::RevokeCertificatesRequest& request, const Caller& caller);

 private:
  Committer& committer_;
  const LedgerWriter& ledger_;
  CertificateRevocations& revocations_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
