#include "common/hash.h"

#include <openssl/evp.h>

#include "absl/strings/escaping.h"

namespace rollcall {

Sha256::Sha256() : context_(EVP_MD_CTX_new()) { Reset(); }

Sha256::~Sha256() { EVP_MD_CTX_free(context_); }

void Sha256::Reset() { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }

Sha256& Sha256::Update(absl::string_view data) {
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
  std::string digest(32, '\0');
  EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(digest.data()),
                     nullptr);
  Reset();
  return digest;
}

std::string Sha256Hex(absl::string_view data) {
  return absl::BytesToHexString(Sha256().Update(data).Finish());
}

}  // namespace rollcall
