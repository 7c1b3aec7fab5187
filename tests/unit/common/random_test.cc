#include "common/random.h"

#include <set>

#include "gmock/gmock.h"
#include "tests/support/fake_random.h"

namespace rollcall {
namespace {

using ::rollcall::testing::FakeRandom;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

TEST(Jitter, StaysWithinTheSpreadAndReachesBothEnds) {
  FakeRandom random;
  absl::Duration least = absl::InfiniteDuration();
  absl::Duration most = -absl::InfiniteDuration();
  for (int i = 0; i < 2'000; ++i) {
    const absl::Duration drawn = random.Jitter(absl::Seconds(10), 20);
    EXPECT_THAT(drawn, AllOf(Ge(absl::Seconds(8)), Le(absl::Seconds(12))));
    least = std::min(least, drawn);
    most = std::max(most, drawn);
  }
  EXPECT_LT(least, absl::Milliseconds(8'100));
  EXPECT_GT(most, absl::Milliseconds(11'900));
}

TEST(Jitter, NeverGoesBelowZero) {
  FakeRandom random;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_GE(random.Jitter(absl::Milliseconds(3), 100), absl::ZeroDuration());
  }
}

TEST(Jitter, WithoutSpreadThereIsNone) {
  FakeRandom random;
  EXPECT_EQ(random.Jitter(absl::Seconds(10), 0), absl::Seconds(10));
  EXPECT_EQ(random.Jitter(absl::ZeroDuration(), 50), absl::ZeroDuration());
}

TEST(SystemRandom, DoesNotRepeatItself) {
  SystemRandom random;
  std::set<uint64_t> drawn;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(drawn.insert(random.Next64()).second);
  }
}

}  // namespace
}  // namespace rollcall
