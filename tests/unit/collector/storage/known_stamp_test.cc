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

TEST(HybridClock, GivesEachStampAMicrosecondWhileTheClockIsBehind) {
  FakeClock clock;
  HybridClock hybrid(clock);
  hybrid.Next();
  KnownStamp newest = hybrid.Next();
  clock.Advance(-absl::Hours(1));
  for (int i = 0; i < 3; ++i) {
    const KnownStamp next = hybrid.Next();
    EXPECT_GT(next, KnownStamp::AtEndOf(newest.time()));
    EXPECT_EQ(next.time(), newest.time() + absl::Microseconds(1));
    newest = next;
  }
  EXPECT_EQ(hybrid.AheadOfTime(), absl::Hours(1) + absl::Microseconds(3));
  clock.Advance(absl::Hours(2));
  EXPECT_EQ(hybrid.Next().time(), clock.Now());
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
