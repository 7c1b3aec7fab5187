// How much of a fault test is run: short by default, more where the environment
// says so.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace rollcall::testing {

// The number in the environment variable `name`, else `otherwise`.
inline int64_t FaultOption(const char* name, int64_t otherwise) {
  const char* const text = std::getenv(name);
  int64_t number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number
                                                            : otherwise;
}

// Whether this is a build with a sanitizer, in which everything takes several
// times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

// What all that is random in a fault test starts from.
inline uint64_t FaultSeed() {
  return static_cast<uint64_t>(FaultOption("ROLLCALL_FAULT_SEED", 7));
}

}  // namespace rollcall::testing
