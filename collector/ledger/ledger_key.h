// The keys that sign checkpoints: Ed25519. Keys are texts in PEM, as they are
// kept in files. Pure.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall::collector {

// Of Ed25519.
inline constexpr size_t kLedgerSignatureBytes = 64;

// A key that signatures are checked with. Copies share it; immutable, so
// thread-safe.
class LedgerPublicKey {
 public:
  // INVALID_ARGUMENT unless the text holds a PEM public key, of Ed25519.
  static absl::StatusOr<LedgerPublicKey> FromPem(absl::string_view pem);
  // As above, from a DER SubjectPublicKeyInfo.
  static absl::StatusOr<LedgerPublicKey> FromDer(absl::string_view der);

  const std::string& pem() const { return pem_; }
  // DER SubjectPublicKeyInfo.
  const std::string& der() const { return der_; }
  // Its fingerprint: SHA-256 over der(), 64 hex digits.
  const std::string& sha256() const { return sha256_; }

  // Whether `signature` is this key's over `text`.
  bool Signed(absl::string_view text, absl::string_view signature) const;

 private:
  friend class LedgerSigner;
  static absl::StatusOr<LedgerPublicKey> Of(std::shared_ptr<EVP_PKEY> key);

  std::shared_ptr<EVP_PKEY> key_;
  std::string pem_;
  std::string der_;
  std::string sha256_;
};

// All public keys in a text of PEM, such as a file of several; what stands
// between them is passed over. INVALID_ARGUMENT if there is none, or one is not
// of Ed25519.
absl::StatusOr<std::vector<LedgerPublicKey>> ParseLedgerKeys(
    absl::string_view pem);

// A key that signs. Copies share it; immutable, so thread-safe.
class LedgerSigner {
 public:
  // The PEM text of a new key, PKCS #8. INTERNAL if there is no randomness.
  static absl::StatusOr<std::string> MakePem();
  // INVALID_ARGUMENT, and why, unless the text holds an unencrypted PEM private
  // key (PKCS #8), of Ed25519.
  static absl::StatusOr<LedgerSigner> FromPem(absl::string_view pem);

  const LedgerPublicKey& public_key() const { return public_key_; }

  // The signature over `text`, 64 bytes. INTERNAL if OpenSSL fails.
  absl::StatusOr<std::string> Sign(absl::string_view text) const;

 private:
  LedgerPublicKey public_key_;
};

}  // namespace rollcall::collector
