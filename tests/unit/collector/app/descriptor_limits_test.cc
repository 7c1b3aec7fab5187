#include "collector/app/descriptor_limits.h"

#include <sys/resource.h>

#include <algorithm>

#include "gtest/gtest.h"

namespace rollcall::collector {
namespace {

// What storage lets its database have open, of the same limit.
int StoreTables(int limit) { return std::clamp(limit / 4, 32, 512); }

TEST(DescriptorLimitsTest, TheStoreHasWhatItNeedsAtAnyLimit) {
  for (int limit = 128; limit <= 1 << 20; limit += limit / 16) {
    const DescriptorBounds bounds = ShareDescriptors(limit);
    const int admins = static_cast<int>(bounds.admin_connections);
    EXPECT_GE(limit - bounds.agents - admins, StoreTables(limit) + 8) << limit;
  }
}

TEST(DescriptorLimitsTest, AdminsGetInWhereAgentsAndTheStoreTookAllTheyMay) {
  for (int limit = 128; limit <= 1 << 20; limit += limit / 16) {
    const DescriptorBounds bounds = ShareDescriptors(limit);
    EXPECT_GE(bounds.admin_connections, 8u) << limit;
    EXPECT_GE(bounds.admins, bounds.agents + StoreTables(limit) + 8) << limit;
    EXPECT_LE(bounds.admins, limit - 8) << limit;
  }
}

TEST(DescriptorLimitsTest, MostAreForAgents) {
  EXPECT_GT(ShareDescriptors(192).agents, 192 / 2);
  EXPECT_GT(ShareDescriptors(1'024).agents, 1'024 / 2);
  EXPECT_GT(ShareDescriptors(65'536).agents, 64'000);
}

TEST(DescriptorLimitsTest, ALimitThatIsTooLowLeavesNothing) {
  EXPECT_EQ(ShareDescriptors(20).agents, 0);
}

TEST(DescriptorLimitsTest, RaisesTheSoftLimitToTheHardOne) {
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const int raised = RaiseDescriptorLimit();
  rlimit after = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_GT(raised, 64);
  EXPECT_EQ(after.rlim_cur, static_cast<rlim_t>(raised));
}

}  // namespace
}  // namespace rollcall::collector
