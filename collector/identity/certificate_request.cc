#include "collector/identity/certificate_request.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/openssl_ptr.h"
#include "common/tls.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxBytes = 8 << 10;

// What the DER of a key begins with, and how long it is: RFC 5480 section 2 and
// RFC 8410 section 4. Any other form of the same key would have another
// fingerprint, so that one key could be many agents.
struct KeyForm {
  absl::string_view prefix_hex;
  size_t bytes;
};
constexpr KeyForm kKeyForms[] = {
    // P-256, uncompressed
    {"3059301306072a8648ce3d020106082a8648ce3d03010703420004", 91},
    // P-384, uncompressed
    {"3076301006072a8648ce3d020106052b8104002203620004", 120},
    // Ed25519
    {"302a300506032b6570032100", 44},
};

bool IsTaken(absl::string_view der) {
  for (const KeyForm& form : kKeyForms) {
    if (der.size() == form.bytes &&
        absl::StartsWith(der, absl::HexStringToBytes(form.prefix_hex))) {
      return true;
    }
  }
  return false;
}

absl::Status Bad(absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("the certificate signing request ", why));
}

}  // namespace

absl::StatusOr<CertificateRequest> ParseCertificateRequest(
    absl::string_view pem) {
  if (pem.size() > kMaxBytes) {
    return Bad(absl::StrCat("is larger than ", kMaxBytes, " bytes"));
  }
  const auto bio = MemoryBio(pem);
  const OpenSslPtr<X509_REQ> request(
      PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
  if (request == nullptr) return Bad("is not PKCS #10 in PEM");
  CertificateRequest result;
  result.public_key_der = PublicKeyDer(X509_REQ_get_X509_PUBKEY(request.get()));
  if (!IsTaken(result.public_key_der)) {
    return Bad("has a key that is not taken: P-256, P-384 and Ed25519 are");
  }
  EVP_PKEY* const key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr || X509_REQ_verify(request.get(), key) != 1) {
    return Bad("is not signed by its own key");
  }
  result.fingerprint = KeyFingerprint(result.public_key_der);
  return result;
}

}  // namespace rollcall::collector
