#include "common/hash.h"

#include <openssl/evp.h>

#include "absl/strings/escaping.h"

namespace rollcall {

namespace {

// Looked up once: each use of EVP_sha256() would look it up again, which takes
// longer than to hash a row.
const EVP_MD* Algorithm() {
  static const EVP_MD* const kAlgorithm =
      EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kAlgorithm;
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) { Begin(); }

Sha256::Sha256(const Sha256& other)
    : context_(EVP_MD_CTX_new()), finished_(other.finished_) {
  EVP_MD_CTX_copy_ex(context_, other.context_);
}

Sha256::~Sha256() { EVP_MD_CTX_free(context_); }

void Sha256::Begin() {
  EVP_DigestInit_ex(context_, Algorithm(), nullptr);
  finished_ = false;
}

Sha256& Sha256::Update(absl::string_view data) {
  if (finished_) Begin();
  EVP_DigestUpdate(context_, data.data(), data.size());
  return *this;
}

Sha256& Sha256::UpdateUint32(uint32_t value) {
  const char bytes[4] = {
      static_cast<char>(value >> 24), static_cast<char>(value >> 16),
      static_cast<char>(value >> 8), static_cast<char>(value)};
  return Update(absl::string_view(bytes, sizeof(bytes)));
}

Sha256& Sha256::UpdateSized(absl::string_view data) {
  return UpdateUint32(static_cast<uint32_t>(data.size())).Update(data);
}

std::string Sha256::Finish() {
  if (finished_) Begin();
  std::string digest(32, '\0');
  EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(digest.data()),
                     nullptr);
  finished_ = true;
  return digest;
}

std::string Sha256Hex(absl::string_view data) {
  return absl::BytesToHexString(Sha256().Update(data).Finish());
}

}  // namespace rollcall
