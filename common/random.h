// Randomness as a dependency, so that tests are deterministic.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace rollcall {

// Gives random numbers. Implementations are thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next64() = 0;

  // A duration drawn evenly from [base * (1 - spread), base * (1 + spread)];
  // `percent` is the spread in per cent, 0 to 100.
  absl::Duration Jitter(absl::Duration base, int percent);
};

// Randomness fit for ids and nonces, from the operating system.
class SystemRandom final : public Random {
 public:
  uint64_t Next64() override;
};

}  // namespace rollcall
