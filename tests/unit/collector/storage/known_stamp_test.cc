#include "collector/storage/known_stamp.h"

#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FakeClock;

TEST(HybridClock, GivesGreaterStampsWhileTheClockStandsStillOrGoesBack) {
  FakeClock clock;
  HybridClock hybrid(clock);
  const KnownStamp first = hybrid.Next();
  const KnownStamp second = hybrid.Next();
  clock.Advance(-absl::Hours(1));
  const KnownStamp third = hybrid.Next();
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST(HybridClock, GoesOnAfterTheStoresNewestStamp) {
  FakeClock clock;
  HybridClock hybrid(clock);
  const KnownStamp stored = KnownStamp::AtEndOf(clock.Now() + absl::Hours(1));
  hybrid.Observe(stored);
  EXPECT_GT(hybrid.Next(), stored);
}

TEST(KnownStamp, AtEndOfTakesInAllThatWasKnownByThen) {
  FakeClock clock;
  HybridClock hybrid(clock);
  const KnownStamp stamp = hybrid.Next();
  EXPECT_LE(stamp, KnownStamp::AtEndOf(clock.Now()));
  EXPECT_GT(stamp, KnownStamp::AtEndOf(clock.Now() - absl::Microseconds(1)));
  EXPECT_EQ(stamp.time(), clock.Now());
}

}  // namespace
}  // namespace rollcall::collector
