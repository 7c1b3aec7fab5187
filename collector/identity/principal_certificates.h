// Which certificates of a principal are known, and which of them count no more.
// Functions of values.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/storage/known_stamp.h"
#include "common/tls.h"
#include "rollcall/stored/v1/principals.pb.h"

namespace rollcall::collector {

// Of each principal that many of its last certificates are shown; those that
// are good are kept beyond, up to so many in all.
inline constexpr int kShownCertificates = 5;
inline constexpr int kKeptCertificates = 100;

// Adds one that was issued now; forgets the oldest that need not be kept.
void AddCertificate(const v1::Certificate& certificate, absl::Time now,
                    stored::v1::PrincipalCertificates& of);

// What names a certificate: 32 hex digits of a serial number, or 64 of a
// SHA-256, in lower case and without colons. INVALID_ARGUMENT for all else.
absl::StatusOr<std::string> CertificateNameOf(absl::string_view text);

// What follows is said by a change of this stamp. `now` is the clock's: stamps
// may be ahead of it, and certificates are of the clock's time.

// Those that begin before now, whoever issued them, count no more.
void RevokeAllCertificates(absl::Time now, KnownStamp stamp,
                           stored::v1::PrincipalCertificates& of);
// The one with this name counts no more; since when, if it was revoked before
// that is what is said. FAILED_PRECONDITION if so many were named that more
// cannot be kept.
absl::StatusOr<absl::Time> RevokeCertificate(
    const std::string& name, absl::Time now, KnownStamp stamp,
    stored::v1::PrincipalCertificates& of);
// Those of the kept that are good and that `which` picks count no more; all
// that were issued here where others that it might pick are not kept. Who does
// not know the time says InfinitePast: then all count as good. Returns how many
// of the kept; with 0 nothing changed.
int RevokeGoodCertificates(
    absl::FunctionRef<bool(const v1::Certificate&)> which, absl::Time now,
    KnownStamp stamp, stored::v1::PrincipalCertificates& of);

// Whether the certificate counts no more.
bool IsRevoked(const stored::v1::CertificateRevocations& revocations,
               const CertificateInfo& certificate);
// Since when one that was issued here counts no more; InfiniteFuture: it does.
absl::Time RevokedSince(const stored::v1::CertificateRevocations& revocations,
                        const v1::Certificate& certificate);
// What begins before it is revoked as soon as it is issued.
absl::Time ValidFrom(const stored::v1::CertificateRevocations& revocations);

}  // namespace rollcall::collector
