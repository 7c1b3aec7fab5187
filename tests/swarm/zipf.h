// Ranks drawn by Zipf's law with exponent 1.1: rank k is k^1.1 times rarer than
// rank 1, as a fleet's few common packages and its long tail are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/swarm/draws.h"

namespace rollcall::swarm {

// Thread-safe once made.
class Zipf {
 public:
  // REQUIRES: 1 <= `ranks` <= 100,000.
  explicit Zipf(size_t ranks);

  // A rank from 0, the most common, to ranks - 1.
  size_t Draw(Draws& draws) const;

 private:
  // The sums of the weights of all ranks up to each.
  std::vector<uint64_t> sums_;
};

}  // namespace rollcall::swarm
