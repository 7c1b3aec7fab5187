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

// What all that is random in a fault test starts from.
inline uint64_t FaultSeed() {
  return static_cast<uint64_t>(FaultOption("ROLLCALL_FAULT_SEED", 7));
}

}  // namespace rollcall::testing
