#include "collector/rpc/executor.h"

#include <atomic>
#include <memory>

#include "tests/support/gate.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::Gate;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

ExecutorOptions OneThread(size_t max_queue) {
  ExecutorOptions options;
  options.threads = 1;
  options.max_queue = max_queue;
  return options;
}

TEST(Executor, RunsEveryTaskOnce) {
  std::atomic<int> runs{0};
  {
    Executor executor;
    for (int i = 0; i < 1'000; ++i) {
      ASSERT_OK(executor.Post([&runs] { ++runs; }));
    }
  }
  EXPECT_EQ(runs, 1'000);
}

TEST(Executor, RunsTasksInTheOrderTheyCame) {
  std::vector<int> order;
  {
    Executor executor(OneThread(100));
    for (int i = 0; i < 100; ++i) {
      ASSERT_OK(executor.Post([&order, i] { order.push_back(i); }));
    }
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[i], i);
}

TEST(Executor, RefusesAndCountsWhatItCannotQueue) {
  Gate running;
  Gate release;
  bool refused_ran = false;
  {
    Executor executor(OneThread(1));
    ASSERT_OK(executor.Post([&] {
      running.Open();
      release.Await();
    }));
    running.Await();
    ASSERT_OK(executor.Post([] {}));
    EXPECT_EQ(executor.queue(), 1u);
    EXPECT_THAT(executor.Post([&] { refused_ran = true; }),
                StatusIs(absl::StatusCode::kResourceExhausted,
                         HasSubstr("1 requests wait already")));
    EXPECT_EQ(executor.refused(), 1);
    release.Open();
  }
  EXPECT_FALSE(refused_ran);
}

TEST(Executor, OneSlowTaskDoesNotHoldUpTheOtherThreads) {
  Gate release;
  Gate done;
  ExecutorOptions options;
  options.threads = 2;
  Executor executor(options);
  ASSERT_OK(executor.Post([&] { release.Await(); }));
  ASSERT_OK(executor.Post([&] { done.Open(); }));
  done.Await();
  release.Open();
}

TEST(Executor, TakesNothingNewWhileItStops) {
  Gate release;
  absl::Status last;
  auto executor = std::make_unique<Executor>(OneThread(2));
  Executor& stopping = *executor;
  ASSERT_OK(executor->Post([&] {
    release.Await();
    do {
      last = stopping.Post([] {});
    } while (!absl::IsUnavailable(last));
  }));
  release.Open();
  executor.reset();
  EXPECT_THAT(
      last, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("is stopping")));
}

}  // namespace
}  // namespace rollcall::collector
