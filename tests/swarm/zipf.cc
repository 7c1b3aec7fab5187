#include "tests/swarm/zipf.h"

#include <algorithm>

#include "absl/numeric/int128.h"

namespace rollcall::swarm {
namespace {

constexpr int kFractionBits = 32;

// Whether (root / 2^32)^10 <= k, with each product rounded down.
bool TenthPowerIsAtMost(uint64_t root, uint64_t k) {
  absl::uint128 power = absl::uint128(1) << kFractionBits;
  const absl::uint128 limit = absl::uint128(k) << kFractionBits;
  for (int i = 0; i < 10; ++i) {
    power = (power * root) >> kFractionBits;
    if (power > limit) return false;
  }
  return true;
}

// The tenth root of k in units of 2^-32, rounded down.
uint64_t TenthRoot(uint64_t k) {
  uint64_t low = uint64_t{1} << kFractionBits;  // of 1
  uint64_t high = low * 4;                      // of 2^20
  while (high - low > 1) {
    const uint64_t middle = low + (high - low) / 2;
    (TenthPowerIsAtMost(middle, k) ? low : high) = middle;
  }
  return low;
}

// 2^40 / k^1.1
uint64_t Weight(uint64_t k) {
  const absl::uint128 one = absl::uint128(1) << (40 + kFractionBits);
  return absl::Uint128Low64(one / (absl::uint128(TenthRoot(k)) * k));
}

}  // namespace

Zipf::Zipf(size_t ranks) {
  uint64_t sum = 0;
  for (size_t k = 1; k <= ranks; ++k) sums_.push_back(sum += Weight(k));
}

size_t Zipf::Draw(Draws& draws) const {
  const uint64_t drawn = draws.Below(sums_.back());
  return static_cast<size_t>(
      std::upper_bound(sums_.begin(), sums_.end(), drawn) - sums_.begin());
}

}  // namespace rollcall::swarm
