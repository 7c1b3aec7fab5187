// A key of our own: making it, asking for a certificate for it, signing with
// it. Keys are texts in PEM, as they are kept in files.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/id.h"

namespace rollcall {

// A new P-256 key, PKCS #8. INTERNAL if there is no randomness.
absl::StatusOr<std::string> MakePrivateKey();

// The fingerprint of a private key: first 16 bytes of SHA-256 over the DER
// SubjectPublicKeyInfo of its public half. INVALID_ARGUMENT if `key_pem` is
// none.
absl::StatusOr<AgentId> FingerprintOf(absl::string_view key_pem);

// A certificate signing request (PKCS #10, PEM) for the key, signed by it.
// It has no names: who issues the certificate decides what it says.
absl::StatusOr<std::string> MakeCertificateRequest(absl::string_view key_pem);

// What a renewal's signature is over: the request as it is sent, and what the
// signature is for, so that it serves nothing else.
std::string RenewalText(absl::string_view csr_pem);

// The key's signature over `text`: DER ECDSA with SHA-256 (SHA-384 for P-384),
// or Ed25519.
absl::StatusOr<std::string> SignText(absl::string_view key_pem,
                                     absl::string_view text);

// Whether `signature` is that of the key of the first certificate in
// `certificate_pem` over `text`. INVALID_ARGUMENT if there is no certificate,
// UNAUTHENTICATED if it is not.
absl::Status CheckSignature(absl::string_view certificate_pem,
                            absl::string_view text,
                            absl::string_view signature);

}  // namespace rollcall
