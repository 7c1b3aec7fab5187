// Random draws that anybody can repeat: a sequence named by numbers, so that
// one part of a fleet is computed without the others. Integers only, so that
// every machine draws alike.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "absl/numeric/int128.h"

namespace rollcall::swarm {

// What a sequence is for; the first number of its name.
enum class Purpose : uint64_t {
  kImageOfHost = 1,
  kImageMonth = 2,
  kDifferences = 3,
  kHostDay = 4,
  kUpgrade = 5,
  kPackage = 6,
  kMachine = 7,
  kLife = 8,
  kIncident = 9,
  kImageIdentity = 10,
  kDock = 11,
};

// A sequence of draws (SplitMix64). Not thread-safe.
class Draws {
 public:
  Draws(uint64_t seed, Purpose purpose,
        std::initializer_list<uint64_t> name = {})
      : state_(seed) {
    state_ = Next() ^ static_cast<uint64_t>(purpose);
    for (const uint64_t part : name) state_ = Next() ^ part;
  }

  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // Evenly from 0 to `bound` - 1, but for less than bound / 2^64.
  uint64_t Below(uint64_t bound) {
    return absl::Uint128High64(absl::uint128(Next()) * bound);
  }

 private:
  uint64_t state_;
};

}  // namespace rollcall::swarm
