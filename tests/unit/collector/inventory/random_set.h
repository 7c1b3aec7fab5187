// Random sets of numbers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/support/fake_random.h"

namespace rollcall::testing {

// Up to `size` numbers below `below`, ascending without repetition.
inline std::vector<uint32_t> DrawSet(FakeRandom& random, uint64_t size,
                                     uint64_t below) {
  std::vector<uint32_t> set;
  for (uint64_t i = 0; i < size; ++i) {
    set.push_back(static_cast<uint32_t>(random.Next64() % below));
  }
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

}  // namespace rollcall::testing
