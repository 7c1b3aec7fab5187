// Chains of certificates and the roots that they must lead to.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/openssl_ptr.h"

namespace rollcall {

// The certificates in `pem`, in their order. INVALID_ARGUMENT if there is none,
// more than 16, or one is damaged. Pure.
absl::StatusOr<std::vector<OpenSslPtr<X509>>> ParseCertificates(
    absl::string_view pem);

enum class CertificateUse { kClient, kIssuer };

// Whether the first certificate of `chain`, over the others, leads to one of
// `roots_pem` and may be used so at `at`. UNAUTHENTICATED, and why, if not.
// Pure.
absl::Status CheckChain(const std::vector<OpenSslPtr<X509>>& chain,
                        absl::string_view roots_pem, CertificateUse use,
                        absl::Time at);

}  // namespace rollcall
