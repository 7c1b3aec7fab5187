// Certificates: loading credentials and reading who a certificate speaks for.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/id.h"

namespace rollcall {

// PEM texts for one end of a mutually authenticated connection.
struct TlsCredentials {
  // The roots that the other end's certificate must lead to.
  std::string ca_pem;
  // Our certificate, then any intermediates.
  std::string certificate_pem;
  std::string private_key_pem;
};

// Reads the three files. Fails with the file's path in the message if one is
// missing, unreadable, not PEM, if the key does not belong to the certificate,
// or (FAILED_PRECONDITION) if the certificate has expired by `now`.
absl::StatusOr<TlsCredentials> LoadTlsCredentials(absl::string_view ca_path,
                                                  absl::string_view cert_path,
                                                  absl::string_view key_path,
                                                  absl::Time now);

// What a certificate says, as far as we ask.
struct CertificateInfo {
  // URI subject alternative names, in their order.
  std::vector<std::string> uris;
  // Both ends of its life.
  absl::Time not_before;
  absl::Time not_after;
  // First 16 bytes of SHA-256 over the DER SubjectPublicKeyInfo.
  AgentId key_fingerprint;
  // Hex digits in lower case: its serial number, 32 or more, and the SHA-256 of
  // its DER, 64.
  std::string serial_number;
  std::string sha256;
};

// Reads the first certificate in `pem`. INVALID_ARGUMENT if there is none.
absl::StatusOr<CertificateInfo> ReadCertificate(absl::string_view pem);

// The agent that a certificate speaks for: the only URI rollcall://agent/<id>.
// UNAUTHENTICATED if there is none or more than one, or if <id> is not the
// fingerprint of the certificate's key.
absl::StatusOr<AgentId> AgentOf(const CertificateInfo& certificate);

// The principal that a certificate speaks for: the only URI
// rollcall://principal/<name>; a name is 1 to 64 of a-z, 0-9, ".", "_", "-".
// UNAUTHENTICATED otherwise.
absl::StatusOr<std::string> PrincipalOf(const CertificateInfo& certificate);

// The URIs that name an agent and a principal in a certificate.
std::string AgentUri(AgentId agent);
std::string PrincipalUri(absl::string_view name);

// Whether `name` may name a principal: 1 to 64 of a-z, 0-9, ".", "_", "-".
bool IsPrincipalName(absl::string_view name);

// First 16 bytes of SHA-256 over a DER SubjectPublicKeyInfo.
AgentId KeyFingerprint(absl::string_view public_key_der);

}  // namespace rollcall
