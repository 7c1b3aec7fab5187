// Owners for OpenSSL's objects, and texts in and out of them.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace rollcall {

struct OpenSslDeleter {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const {
    X509_EXTENSION_free(extension);
  }
  void operator()(X509_REQ* request) const { X509_REQ_free(request); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* context) const {
    X509_STORE_CTX_free(context);
  }
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
template <typename T>
using OpenSslPtr = std::unique_ptr<T, OpenSslDeleter>;

// Reads `text`, which outlives it.
inline OpenSslPtr<BIO> MemoryBio(absl::string_view text) {
  return OpenSslPtr<BIO>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// What `write` (a function of a BIO that returns 1) writes; empty if it fails.
template <typename Write>
std::string WrittenText(Write write) {
  const OpenSslPtr<BIO> bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || write(bio.get()) != 1) return "";
  char* data = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(bio.get(), &data));
  return std::string(data, size);
}

// The key in `pem`; nullptr if there is none, or it is encrypted.
inline OpenSslPtr<EVP_PKEY> ParsePrivateKey(absl::string_view pem) {
  const auto bio = MemoryBio(pem);
  // An empty passphrase: an encrypted key is an error, not a prompt.
  return OpenSslPtr<EVP_PKEY>(PEM_read_bio_PrivateKey(
      bio.get(), nullptr, nullptr, const_cast<char*>("")));
}

// The first certificate in `pem`; nullptr if there is none.
inline OpenSslPtr<X509> ParseCertificate(absl::string_view pem) {
  const auto bio = MemoryBio(pem);
  return OpenSslPtr<X509>(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

// The DER SubjectPublicKeyInfo of a certificate's or a request's key.
inline std::string PublicKeyDer(X509_PUBKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(key, &der);
  std::string bytes;
  if (size > 0) {
    bytes.assign(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  }
  OPENSSL_free(der);
  return bytes;
}

}  // namespace rollcall
