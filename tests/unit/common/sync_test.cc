#include "common/sync.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"

namespace rollcall {
namespace {

struct Counter {
  Mutex mutex;
  CondVar changed;
  int value ABSL_GUARDED_BY(mutex) = 0;
};

TEST(Mutex, LetsOneThreadInAtATime) {
  Counter counter;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&counter] {
      for (int n = 0; n < 10'000; ++n) {
        MutexLock lock(&counter.mutex);
        ++counter.value;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  MutexLock lock(&counter.mutex);
  EXPECT_EQ(counter.value, 40'000);
}

TEST(CondVar, WakesWhoeverWaitsForTheCondition) {
  Counter counter;
  std::thread setter([&counter] {
    MutexLock lock(&counter.mutex);
    counter.value = 1;
    counter.changed.SignalAll();
  });
  {
    MutexLock lock(&counter.mutex);
    while (counter.value == 0) counter.changed.Wait(&counter.mutex);
    EXPECT_EQ(counter.value, 1);
  }
  setter.join();
}

TEST(CondVar, HoldsTheMutexAgainAfterAWaitThatTimedOut) {
  Counter counter;
  MutexLock lock(&counter.mutex);
  EXPECT_FALSE(counter.changed.WaitFor(&counter.mutex, absl::Microseconds(1)));
  counter.value = 1;  // would be an error of the analysis, and of TSan, else
  EXPECT_FALSE(counter.changed.WaitFor(&counter.mutex, -absl::Seconds(1)));
}

TEST(CondVar, AnEndlessWaitIsNotOverAtOnce) {
  Counter counter;
  std::thread setter;
  {
    MutexLock lock(&counter.mutex);
    // Cannot get in before the wait below lets it.
    setter = std::thread([&counter] {
      MutexLock inner(&counter.mutex);
      counter.value = 1;
      counter.changed.SignalAll();
    });
    EXPECT_TRUE(
        counter.changed.WaitFor(&counter.mutex, absl::InfiniteDuration()));
    EXPECT_EQ(counter.value, 1);
  }
  setter.join();
}

}  // namespace
}  // namespace rollcall
