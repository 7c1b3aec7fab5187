#include "common/key_pair.h"

#include <openssl/ec.h>

#include "absl/strings/str_cat.h"
#include "common/openssl_ptr.h"
#include "common/status.h"
#include "common/tls.h"

namespace rollcall {
namespace {

absl::StatusOr<OpenSslPtr<EVP_PKEY>> KeyOf(absl::string_view key_pem) {
  OpenSslPtr<EVP_PKEY> key = ParsePrivateKey(key_pem);
  if (key == nullptr) {
    return absl::InvalidArgumentError("no unencrypted PEM private key");
  }
  return key;
}

// The digest that goes with a key; nullptr where its algorithm has its own.
const EVP_MD* DigestFor(EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) return nullptr;
  return EVP_PKEY_get_bits(key) > 256 ? EVP_sha384() : EVP_sha256();
}

const unsigned char* BytesOf(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

absl::StatusOr<std::string> MakePrivateKey() {
  const OpenSslPtr<EVP_PKEY> key(EVP_EC_gen("P-256"));
  std::string pem;
  if (key != nullptr) {
    pem = WrittenText([&](BIO* bio) {
      return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0,
                                           nullptr, nullptr);
    });
  }
  if (pem.empty()) return absl::InternalError("cannot make a key");
  return pem;
}

absl::StatusOr<AgentId> FingerprintOf(absl::string_view key_pem) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto key, KeyOf(key_pem));
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  if (size <= 0) return absl::InternalError("cannot encode the key");
  const AgentId id = KeyFingerprint(absl::string_view(
      reinterpret_cast<char*>(der), static_cast<size_t>(size)));
  OPENSSL_free(der);
  return id;
}

absl::StatusOr<std::string> MakeCertificateRequest(absl::string_view key_pem) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto key, KeyOf(key_pem));
  const OpenSslPtr<X509_REQ> request(X509_REQ_new());
  std::string pem;
  if (request != nullptr &&
      X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
      X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
      X509_REQ_sign(request.get(), key.get(), DigestFor(key.get())) > 0) {
    pem = WrittenText(
        [&](BIO* bio) { return PEM_write_bio_X509_REQ(bio, request.get()); });
  }
  if (pem.empty()) {
    return absl::InternalError("cannot make a certificate signing request");
  }
  return pem;
}

std::string RenewalText(absl::string_view csr_pem) {
  return absl::StrCat("rollcall.v1.RenewRequest\n", csr_pem);
}

absl::StatusOr<std::string> SignText(absl::string_view key_pem,
                                     absl::string_view text) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto key, KeyOf(key_pem));
  const OpenSslPtr<EVP_MD_CTX> context(EVP_MD_CTX_new());
  size_t size = 0;
  std::string signature;
  bool ok = EVP_DigestSignInit(context.get(), nullptr, DigestFor(key.get()),
                               nullptr, key.get()) == 1 &&
            EVP_DigestSign(context.get(), nullptr, &size, BytesOf(text),
                           text.size()) == 1;
  if (ok) {
    signature.resize(size);
    ok = EVP_DigestSign(context.get(),
                        reinterpret_cast<unsigned char*>(signature.data()),
                        &size, BytesOf(text), text.size()) == 1;
    signature.resize(size);
  }
  if (!ok) return absl::InternalError("cannot sign");
  return signature;
}

absl::Status CheckSignature(absl::string_view certificate_pem,
                            absl::string_view text,
                            absl::string_view signature) {
  const auto certificate = ParseCertificate(certificate_pem);
  if (certificate == nullptr) {
    return absl::InvalidArgumentError("no PEM certificate");
  }
  EVP_PKEY* const key = X509_get0_pubkey(certificate.get());
  const OpenSslPtr<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const bool good =
      key != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, DigestFor(key), nullptr,
                           key) == 1 &&
      EVP_DigestVerify(context.get(), BytesOf(signature), signature.size(),
                       BytesOf(text), text.size()) == 1;
  if (good) return absl::OkStatus();
  return absl::UnauthenticatedError(
      "the signature is not that of the certificate's key");
}

}  // namespace rollcall
