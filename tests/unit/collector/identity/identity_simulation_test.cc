// Fleets whose truth is known: no two machines may ever become one device.
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "gmock/gmock.h"
#include "tests/support/sanitizer.h"
#include "tests/unit/collector/identity/fleet_simulation.h"

namespace rollcall::collector {
namespace {

using ::testing::Contains;
using ::testing::Key;

void ExpectRight(const SimulationResult& result, uint64_t seed) {
  EXPECT_EQ(result.wrong_merges, 0) << "seed " << seed;
  EXPECT_EQ(result.wrong_splits, 0) << "seed " << seed;
  EXPECT_EQ(result.wrong_clones, 0) << "seed " << seed;
  EXPECT_EQ(result.missed_clones, 0) << "seed " << seed;
  EXPECT_EQ(result.missed_restores, 0) << "seed " << seed;
}

TEST(IdentitySimulation, AFleetInWhichAllHappens) {
  constexpr int kMachines = testing::kSanitized ? 500 : 2'000;
  const SimulationResult result = FleetSimulation(7, kMachines, 24).Run();
  ExpectRight(result, 7);
  for (const char* event :
       {"reinstalled", "board swapped", "restored", "cloned",
        "copied with its key", "clone got a key of its own", "dock moved",
        "renamed"}) {
    EXPECT_THAT(result.happened, Contains(Key(event)));
  }
  for (const auto& [event, times] : result.happened) {
    RecordProperty(event, times);
  }
}

// ROLLCALL_SEEDS=1000 runs as many.
uint64_t Seeds() {
  const char* const asked = std::getenv("ROLLCALL_SEEDS");
  uint64_t seeds = 0;
  return asked != nullptr && absl::SimpleAtoi(asked, &seeds)
             ? seeds
             : testing::Rounds(20);
}

TEST(IdentitySimulation, ManySmallFleets) {
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    ExpectRight(FleetSimulation(seed, 12, 40).Run(), seed);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace rollcall::collector
