#include "collector/ingest/new_row_quota.h"

#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"

namespace rollcall::collector {
namespace {

class NewRowQuotaTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  testing::FakeRandom random_;
  const AgentId agent_ = AgentId::Generate(random_);
  const AgentId other_ = AgentId::Generate(random_);
  NewRowQuota quota_{clock_, 100};
};

TEST_F(NewRowQuotaTest, AnAgentMayBringSoManyInADay) {
  EXPECT_TRUE(quota_.Take(agent_, 60));
  EXPECT_FALSE(quota_.Take(agent_, 41));
  EXPECT_TRUE(quota_.Take(agent_, 40));
  EXPECT_FALSE(quota_.Take(agent_, 1));
  EXPECT_TRUE(quota_.Take(agent_, 0));
  EXPECT_EQ(quota_.refused(), 2);
  clock_.Advance(absl::Hours(24));
  EXPECT_TRUE(quota_.Take(agent_, 100));
}

TEST_F(NewRowQuotaTest, WhatIsGivenBackMayBeBroughtAgain) {
  EXPECT_TRUE(quota_.Take(agent_, 80));
  quota_.GiveBack(agent_, 80);
  EXPECT_TRUE(quota_.Take(agent_, 100));
  quota_.GiveBack(other_, 50);
  EXPECT_FALSE(quota_.Take(other_, 101));
}

TEST_F(NewRowQuotaTest, WhatADayBeforeTookGivesNothingBackToTheNext) {
  EXPECT_TRUE(quota_.Take(agent_, 100));
  clock_.Advance(absl::Hours(24));
  EXPECT_TRUE(quota_.Take(agent_, 10));
  quota_.GiveBack(agent_, 100);
  EXPECT_FALSE(quota_.Take(agent_, 101));
}

TEST_F(NewRowQuotaTest, OthersAreNotConcerned) {
  EXPECT_TRUE(quota_.Take(agent_, 100));
  EXPECT_TRUE(quota_.Take(other_, 100));
}

}  // namespace
}  // namespace rollcall::collector
