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

TEST_F(NewRowQuotaTest, OthersAreNotConcerned) {
  EXPECT_TRUE(quota_.Take(agent_, 100));
  EXPECT_TRUE(quota_.Take(other_, 100));
}

}  // namespace
}  // namespace rollcall::collector
