// What a change of roles writes.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/identity/principal_tables.h"
#include "collector/identity/role_change.h"
#include "collector/ledger/ledger_writer.h"

namespace rollcall::collector {

// Adds the change to the batch: the principal's new record, the ledger's entry
// and, where it gets a role of kGuardedRoles, the end of the tokens that others
// made for it, and of the certificates that those brought. Returns
// what the principal is then, for PrincipalStore::Learn once the batch is
// stored; then CertificateRevocations::LearnStored is due, too. For the `build`
// of a Change whose names hold kPrincipalsName and LedgerWriter::kName, which
// may change each principal once, and may not revoke ROLE_ADMIN of several.
// Errors are those of ApplyRoleChange, FAILED_PRECONDITION if there are 10,000
// principals, and DATA_LOSS.
absl::StatusOr<StoredPrincipal> PutRoleChange(const RoleChange& change,
                                              const LedgerWriter& ledger,
                                              KnownStamp stamp,
                                              const Reader& reader,
                                              Batch& batch);

// Ends the tokens to log in with that others made for the principal and that
// have not ended yet, as revoked by `by`; returns how many. For the `build` of
// a Change whose names hold kPrincipalsName.
absl::StatusOr<int> EndTokensOfOthers(absl::string_view principal,
                                      absl::string_view by, KnownStamp stamp,
                                      const Reader& reader, Batch& batch);

// Ends the certificates of the principal that such tokens brought, also if they
// have ended. Likewise.
absl::Status EndCertificatesOfOthers(absl::string_view principal,
                                     KnownStamp stamp, const Reader& reader,
                                     Batch& batch);

// Adds that the principal got this certificate. Likewise.
absl::Status NoteCertificate(const v1::Certificate& certificate, absl::Time now,
                             const Reader& reader, Batch& batch);

}  // namespace rollcall::collector
