// Certificate signing requests, as strangers send them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/id.h"

namespace rollcall::collector {

// What is taken from a request: its key. Names and extensions that it asks for
// are not even read.
struct CertificateRequest {
  // DER SubjectPublicKeyInfo, in the one form that this key has.
  std::string public_key_der;
  // Its fingerprint: the agent that it would make.
  AgentId fingerprint;
};

// Reads a PKCS #10 request in PEM. INVALID_ARGUMENT, and why, unless it is at
// most 8 KiB, its key is P-256, P-384 (uncompressed, by the curve's name) or
// Ed25519, and its signature is that key's: whoever sent it has the key. Pure.
absl::StatusOr<CertificateRequest> ParseCertificateRequest(
    absl::string_view pem);

}  // namespace rollcall::collector
