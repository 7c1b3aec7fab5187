#include "collector/ingest/byte_budget.h"

#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "tests/support/fake_random.h"

namespace rollcall::collector {
namespace {

TEST(ByteBudget, AdmitsUpToItsLimitAndCountsWhatItRefuses) {
  ByteBudget budget(100);
  const auto most = budget.Admit(99);
  ASSERT_TRUE(most.has_value());
  EXPECT_FALSE(budget.Admit(2).has_value());
  EXPECT_EQ(budget.refused(), 1);
  EXPECT_TRUE(budget.Admit(1).has_value());
  EXPECT_EQ(budget.used(), 99);  // that share went at once
}

TEST(ByteBudget, AShareIsGivenBackOnceHoweverItMoves) {
  ByteBudget budget(100);
  {
    std::vector<ByteBudget::Share> shares;
    shares.reserve(10);
    for (int i = 0; i < 10; ++i) shares.push_back(*budget.Admit(10));
    EXPECT_EQ(budget.used(), 100);
    auto moved = std::move(shares.back());
    shares.pop_back();
    EXPECT_EQ(budget.used(), 100);
    shares[0] = std::move(moved);
    EXPECT_EQ(budget.used(), 100);
  }
  EXPECT_EQ(budget.used(), 0);
}

TEST(ByteBudget, OneAgentDoesNotHoldWhatOthersNeed) {
  testing::FakeRandom random;
  const AgentId greedy = AgentId::Generate(random);
  const AgentId other = AgentId::Generate(random);
  ByteBudget budget(100, 40);
  auto first = budget.AdmitFor(greedy, 30);
  EXPECT_TRUE(first.has_value());
  EXPECT_FALSE(budget.AdmitFor(greedy, 11).has_value());
  EXPECT_EQ(budget.refused(), 1);
  auto second = budget.AdmitFor(greedy, 10);
  EXPECT_TRUE(second.has_value());
  EXPECT_TRUE(budget.AdmitFor(other, 40).has_value());
  {
    const auto nothing = budget.AdmitFor(other, 0);
    EXPECT_TRUE(budget.AdmitFor(other, 0).has_value());
  }
  // What all hold counts, too, and what that refuses is not the agent's.
  const auto most = budget.Admit(60);
  EXPECT_FALSE(budget.AdmitFor(other, 1).has_value());
  first.reset();
  EXPECT_EQ(budget.used(), 70);
  EXPECT_TRUE(budget.AdmitFor(greedy, 30).has_value());
  EXPECT_TRUE(budget.AdmitFor(other, 30).has_value());
}

TEST(ByteBudget, IsNeverOverdrawnByThreads) {
  ByteBudget budget(10);
  std::atomic<int> held{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 2'000; ++n) {
        const auto share = budget.Admit(4);
        if (!share.has_value()) continue;
        EXPECT_LE(++held, 2);
        --held;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget.used(), 0);
}

}  // namespace
}  // namespace rollcall::collector
