// SHA-256, whole and truncated. Content ids that an attacker can influence are
// built on it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/id.h"

struct evp_md_ctx_st;

namespace rollcall {

// A running SHA-256. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  // Goes on from where the other is.
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256&) = delete;

  Sha256& Update(absl::string_view data);
  // Adds the length as four bytes, most significant first, then the data, so
  // that no two sequences of strings hash alike.
  Sha256& UpdateSized(absl::string_view data);
  Sha256& UpdateUint32(uint32_t value);

  // The 32 bytes of the digest; the hash is then as new.
  std::string Finish();
  // The first 16 bytes of the digest.
  template <typename IdType>
  IdType FinishAs() {
    return *IdType::FromBytes(absl::string_view(Finish()).substr(0, 16));
  }

 private:
  void Begin();
  evp_md_ctx_st* const context_;
  bool finished_ = false;
};

// The digest of `data`, 64 lower-case hex digits.
std::string Sha256Hex(absl::string_view data);

}  // namespace rollcall
