#include "collector/ingest/stream_admission.h"

#include <algorithm>
#include <vector>

#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"

namespace rollcall::collector {
namespace {

class StreamAdmissionTest : public ::testing::Test {
 protected:
  StreamAdmissionTest() {
    options_.slow_start = absl::Minutes(5);
    options_.slow_start_rate = 100;
  }

  // How many of `streams` are let in now.
  int LetIn(StreamAdmission& admission, int streams) {
    int let_in = 0;
    for (int i = 0; i < streams; ++i) {
      if (!admission.Refuse().has_value()) ++let_in;
    }
    return let_in;
  }

  testing::FakeClock clock_;
  testing::FakeRandom random_;
  IngestOptions options_;
};

TEST_F(StreamAdmissionTest, LetsInWhatTheRateAllowsAndNoMore) {
  StreamAdmission admission(options_, clock_, random_);
  EXPECT_EQ(LetIn(admission, 1'000), 100);
  EXPECT_EQ(admission.refused(), 900);
  clock_.Advance(absl::Milliseconds(500));
  EXPECT_EQ(LetIn(admission, 1'000), 50);
  // Time without callers is not saved up.
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(LetIn(admission, 1'000), 100);
}

TEST_F(StreamAdmissionTest, AfterTheSlowStartEverybodyIsLetIn) {
  StreamAdmission admission(options_, clock_, random_);
  LetIn(admission, 1'000);
  clock_.Advance(options_.slow_start);
  EXPECT_EQ(LetIn(admission, 10'000), 10'000);
}

TEST_F(StreamAdmissionTest, WithoutASlowStartEverybodyIsLetIn) {
  options_.slow_start = absl::ZeroDuration();
  StreamAdmission admission(options_, clock_, random_);
  EXPECT_EQ(LetIn(admission, 10'000), 10'000);
  EXPECT_EQ(admission.refused(), 0);
}

TEST_F(StreamAdmissionTest, ThoseWhoAreSentAwayComeBackSpreadOverTheTime) {
  StreamAdmission admission(options_, clock_, random_);
  std::vector<int> in_ten_seconds(20);
  for (int i = 0; i < 8'100; ++i) {
    const auto after = admission.Refuse();
    if (!after.has_value()) continue;
    const auto slot = static_cast<size_t>(absl::ToInt64Seconds(*after) / 10);
    ASSERT_LT(slot, in_ten_seconds.size());
    ++in_ten_seconds[slot];
  }
  // 8,000 at 80 a second: 100 seconds, each ten of them alike but for the ends,
  // which jitter blurs.
  for (size_t slot = 1; slot < 9; ++slot) {
    EXPECT_GT(in_ten_seconds[slot], 700) << slot;
    EXPECT_LT(in_ten_seconds[slot], 900) << slot;
  }
}

TEST_F(StreamAdmissionTest, AFleetThatComesBackWhenToldIsAllInInGoodTime) {
  StreamAdmission admission(options_, clock_, random_);
  std::vector<absl::Duration> calls(5'000, absl::ZeroDuration());
  int64_t attempts = 0;
  absl::Duration last;
  const absl::Duration start = clock_.Monotonic();
  while (!calls.empty()) {
    std::pop_heap(calls.begin(), calls.end(), std::greater<>());
    const absl::Duration at = calls.back();
    calls.pop_back();
    clock_.Advance(start + at - clock_.Monotonic());
    ++attempts;
    if (const auto after = admission.Refuse()) {
      calls.push_back(at + *after);
      std::push_heap(calls.begin(), calls.end(), std::greater<>());
    }
    last = at;
  }
  // 62 seconds at 80 a second; hardly one is sent away twice.
  EXPECT_LT(last, absl::Seconds(80));
  EXPECT_LT(attempts, 5'000 * 2.1);
}

TEST_F(StreamAdmissionTest, NobodyIsAskedToWaitForMoreThanAnHour) {
  options_.slow_start_rate = 1;
  StreamAdmission admission(options_, clock_, random_);
  absl::Duration longest;
  for (int i = 0; i < 10'000; ++i) {
    if (const auto after = admission.Refuse()) {
      EXPECT_GT(*after, absl::ZeroDuration());
      longest = std::max(longest, *after);
    }
  }
  EXPECT_LE(longest, absl::Minutes(66));
}

}  // namespace
}  // namespace rollcall::collector
