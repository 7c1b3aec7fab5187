// Certificate signing requests for tests, good ones and others.
#pragma once

#include <openssl/rsa.h>

#include <string>

#include "common/key_pair.h"
#include "common/openssl_ptr.h"
#include "gtest/gtest.h"

namespace rollcall::testing {

// A new key, PEM.
inline std::string NewKeyPem() {
  const auto key = MakePrivateKey();
  EXPECT_TRUE(key.ok()) << key.status();
  return key.value_or("");
}

inline std::string RequestFor(const std::string& key_pem) {
  const auto request = MakeCertificateRequest(key_pem);
  EXPECT_TRUE(request.ok()) << request.status();
  return request.value_or("");
}

// A request for `key` that `signer` signs.
inline std::string SignedRequest(EVP_PKEY* key, EVP_PKEY* signer) {
  const OpenSslPtr<X509_REQ> request(X509_REQ_new());
  EXPECT_EQ(X509_REQ_set_pubkey(request.get(), key), 1);
  const bool has_digest = EVP_PKEY_get_base_id(signer) != EVP_PKEY_ED25519;
  EXPECT_GT(
      X509_REQ_sign(request.get(), signer, has_digest ? EVP_sha256() : nullptr),
      0);
  return WrittenText(
      [&](BIO* bio) { return PEM_write_bio_X509_REQ(bio, request.get()); });
}

}  // namespace rollcall::testing
