#include "collector/app/ticker.h"

#include <atomic>

#include "gmock/gmock.h"
#include "tests/support/gate.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::Gate;

TEST(Ticker, WorksAgainAndAgain) {
  std::atomic<int> runs{0};
  Gate enough;
  const Ticker ticker(absl::Microseconds(100), [&] {
    if (++runs == 5) enough.Open();
  });
  enough.Await();
  EXPECT_GE(runs, 5);
}

TEST(Ticker, DoesNotWorkBeforeTheFirstIntervalIsOver) {
  std::atomic<int> runs{0};
  {
    const Ticker ticker(absl::Hours(1), [&] { ++runs; });
  }
  EXPECT_EQ(runs, 0);
}

TEST(Ticker, GoingWaitsForTheWorkInProgress) {
  Gate working;
  std::atomic<bool> finished{false};
  {
    const Ticker ticker(absl::Microseconds(1), [&] {
      working.Open();
      for (int i = 0; i < 100; ++i) std::this_thread::yield();
      finished = true;
    });
    working.Await();
  }
  EXPECT_TRUE(finished);
}

}  // namespace
}  // namespace rollcall::collector
