#include "common/random.h"

#include <openssl/rand.h>

#include <cstdlib>

namespace rollcall {

absl::Duration Random::Jitter(absl::Duration base, int percent) {
  const int64_t span = absl::ToInt64Milliseconds(base) * percent / 100;
  if (span <= 0) return base;
  const auto offset =
      static_cast<int64_t>(Next64() % (2 * static_cast<uint64_t>(span) + 1)) -
      span;
  return base + absl::Milliseconds(offset);
}

uint64_t SystemRandom::Next64() {
  uint64_t value = 0;
  // Without randomness no id or nonce can be trusted: nothing sensible follows.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof(value)) !=
      1) {
    abort();
  }
  return value;
}

}  // namespace rollcall
