#include "collector/ledger/ledger_key.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/openssl_ptr.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

const unsigned char* UnsignedBytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The DER SubjectPublicKeyInfo; empty if OpenSSL fails.
std::string EncodePublic(EVP_PKEY* key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(key, &bytes);
  std::string der;
  if (size > 0) {
    der.assign(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
  }
  OPENSSL_free(bytes);
  return der;
}

absl::Status CheckType(EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) return absl::OkStatus();
  const char* name = EVP_PKEY_get0_type_name(key);
  return absl::InvalidArgumentError(
      absl::StrCat("the key is of type ", name == nullptr ? "unknown" : name,
                   "; the ledger takes Ed25519"));
}

}  // namespace

absl::StatusOr<LedgerPublicKey> LedgerPublicKey::Of(
    std::shared_ptr<EVP_PKEY> key) {
  ROLLCALL_RETURN_IF_ERROR(CheckType(key.get()));
  LedgerPublicKey result;
  result.der_ = EncodePublic(key.get());
  result.pem_ = WrittenText(
      [&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key.get()); });
  if (result.der_.empty() || result.pem_.empty()) {
    return absl::InternalError("OpenSSL could not encode the key");
  }
  result.sha256_ = Sha256Hex(result.der_);
  result.key_ = std::move(key);
  return result;
}

absl::StatusOr<LedgerPublicKey> LedgerPublicKey::FromPem(
    absl::string_view pem) {
  const auto bio = MemoryBio(pem);
  OpenSslPtr<EVP_PKEY> key(
      PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) {
    return absl::InvalidArgumentError("no PEM public key");
  }
  return Of(std::move(key));
}

absl::StatusOr<LedgerPublicKey> LedgerPublicKey::FromDer(
    absl::string_view der) {
  const unsigned char* bytes = UnsignedBytes(der);
  OpenSslPtr<EVP_PKEY> key(
      d2i_PUBKEY(nullptr, &bytes, static_cast<long>(der.size())));
  if (key == nullptr || bytes != UnsignedBytes(der) + der.size()) {
    return absl::InvalidArgumentError("no DER public key");
  }
  return Of(std::move(key));
}

bool LedgerPublicKey::Signed(absl::string_view text,
                             absl::string_view signature) const {
  const OpenSslPtr<EVP_MD_CTX> context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr,
                              key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), UnsignedBytes(signature),
                          signature.size(), UnsignedBytes(text),
                          text.size()) == 1;
}

absl::StatusOr<std::vector<LedgerPublicKey>> ParseLedgerKeys(
    absl::string_view pem) {
  constexpr absl::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
  std::vector<LedgerPublicKey> keys;
  size_t at = pem.find(kBegin);
  do {
    // From the first on, so that a text without any is an error.
    at = std::min(at, pem.size());
    ROLLCALL_ASSIGN_OR_RETURN(auto key,
                              LedgerPublicKey::FromPem(pem.substr(at)));
    keys.push_back(std::move(key));
    at = pem.find(kBegin, at + kBegin.size());
  } while (at != absl::string_view::npos);
  return keys;
}

absl::StatusOr<std::string> LedgerSigner::MakePem() {
  const OpenSslPtr<EVP_PKEY> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  std::string pem;
  if (key != nullptr) {
    pem = WrittenText([&](BIO* bio) {
      return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0,
                                           nullptr, nullptr);
    });
  }
  if (pem.empty()) return absl::InternalError("OpenSSL could not make a key");
  return pem;
}

absl::StatusOr<LedgerSigner> LedgerSigner::FromPem(absl::string_view pem) {
  OpenSslPtr<EVP_PKEY> key = ParsePrivateKey(pem);
  if (key == nullptr) {
    return absl::InvalidArgumentError("no unencrypted PEM private key");
  }
  LedgerSigner signer;
  ROLLCALL_ASSIGN_OR_RETURN(signer.public_key_,
                            LedgerPublicKey::Of(std::move(key)));
  return signer;
}

absl::StatusOr<std::string> LedgerSigner::Sign(absl::string_view text) const {
  const OpenSslPtr<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::string signature(kLedgerSignatureBytes, '\0');
  size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr,
                         public_key_.key_.get()) != 1 ||
      EVP_DigestSign(context.get(),
                     reinterpret_cast<unsigned char*>(signature.data()), &size,
                     UnsignedBytes(text), text.size()) != 1 ||
      size != signature.size()) {
    return absl::InternalError("OpenSSL could not sign");
  }
  return signature;
}

}  // namespace rollcall::collector
