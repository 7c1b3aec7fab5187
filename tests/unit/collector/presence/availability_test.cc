#include "collector/presence/availability.h"

#include "collector/storage/rocksdb_engine.h"
#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'770'000'000);

ServicePeriod Hours(int from, int to) {
  return {kStart + absl::Hours(from), kStart + absl::Hours(to)};
}

absl::Duration Between(const Availability& availability, int from, int to) {
  return availability.Between(kStart + absl::Hours(from),
                              kStart + absl::Hours(to));
}

TEST(Availability, CountsOnlyTimesOfService) {
  const Availability availability({Hours(0, 10), Hours(20, 30)});
  EXPECT_EQ(Between(availability, 0, 30), absl::Hours(20));
  EXPECT_EQ(Between(availability, 5, 25), absl::Hours(10));
  EXPECT_EQ(Between(availability, 10, 20), absl::ZeroDuration());
  EXPECT_EQ(Between(availability, -5, 5), absl::Hours(5));
  EXPECT_EQ(Between(availability, 25, 99), absl::Hours(5));
  EXPECT_EQ(Between(availability, 22, 23), absl::Hours(1));
}

TEST(Availability, CountsNothingBackwards) {
  const Availability availability({Hours(0, 10)});
  EXPECT_EQ(Between(availability, 5, 5), absl::ZeroDuration());
  EXPECT_EQ(Between(availability, 8, 2), absl::ZeroDuration());
}

TEST(Availability, CountsAnOverlapOnce) {
  const Availability availability(
      {Hours(5, 15), Hours(0, 10), Hours(2, 3), Hours(15, 16), Hours(9, 8)});
  EXPECT_EQ(Between(availability, -99, 99), absl::Hours(16));
}

TEST(Availability, KnowsNothingWithoutARecord) {
  EXPECT_EQ(Between(Availability({}), 0, 9'999), absl::ZeroDuration());
}

class RecorderTest : public ::testing::Test {
 protected:
  // Beats every 30 s for `time`, then once more.
  void BeatFor(AvailabilityRecorder& recorder, absl::Duration time) {
    const absl::Time end = clock_.Now() + time;
    for (; clock_.Now() < end; clock_.Advance(absl::Seconds(30))) {
      ASSERT_OK(recorder.Heartbeat());
    }
    ASSERT_OK(recorder.Heartbeat());
  }

  absl::Duration SinceStart() {
    const auto availability = Availability::Load(*engine_);
    EXPECT_OK(availability);
    return availability->Between(start_, clock_.Now());
  }

  int PeriodCount() {
    int count = 0;
    for (auto cursor = engine_->Scan(TableId::kAvailability, "", "");
         cursor->Valid(); cursor->Next()) {
      ++count;
    }
    return count;
  }

  testing::FakeClock clock_;
  const absl::Time start_ = clock_.Now();
  std::unique_ptr<Engine> engine_ =
      *OpenRocksDb({.path = "/store", .in_memory = true});
  HybridClock stamps_{clock_};
  Committer committer_{*engine_, stamps_};
};

TEST_F(RecorderTest, ExtendsOnePeriodWhileItBeats) {
  AvailabilityRecorder recorder(committer_, clock_);
  BeatFor(recorder, absl::Hours(1));
  EXPECT_EQ(PeriodCount(), 1);
  EXPECT_EQ(SinceStart(), absl::Hours(1));
}

TEST_F(RecorderTest, AnOutageDoesNotCount) {
  {
    AvailabilityRecorder recorder(committer_, clock_);
    BeatFor(recorder, absl::Hours(1));
  }
  clock_.Advance(absl::Hours(24 * 90));
  AvailabilityRecorder recorder(committer_, clock_);
  BeatFor(recorder, absl::Hours(2));
  EXPECT_EQ(PeriodCount(), 2);
  EXPECT_EQ(SinceStart(), absl::Hours(3));
}

TEST_F(RecorderTest, AMachineThatSleptWasNotThere) {
  AvailabilityRecorder recorder(committer_, clock_);
  BeatFor(recorder, absl::Hours(1));
  clock_.Advance(absl::Hours(8));
  BeatFor(recorder, absl::Hours(1));
  EXPECT_EQ(PeriodCount(), 2);
  EXPECT_EQ(SinceStart(), absl::Hours(2));
}

TEST_F(RecorderTest, AClockThatGoesBackCountsNoTimeTwice) {
  AvailabilityRecorder recorder(committer_, clock_);
  BeatFor(recorder, absl::Hours(2));
  clock_.Advance(-absl::Hours(1));
  BeatFor(recorder, absl::Hours(2));
  EXPECT_EQ(SinceStart(), absl::Hours(3));
}

TEST_F(RecorderTest, CountsByTheClockWhereStampsAreYearsAheadOfIt) {
  stamps_.Observe(KnownStamp::AtEndOf(start_ + absl::Hours(24 * 1'000)));
  AvailabilityRecorder recorder(committer_, clock_);
  BeatFor(recorder, absl::Hours(2));
  EXPECT_EQ(SinceStart(), absl::Hours(2));
}

}  // namespace
}  // namespace rollcall::collector
