#include "agent/host/host_probe.h"

#include "agent/host/host_fs.h"
#include "agent/sources/link_names.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

TEST(SystemHostProbe, AgreesWithProcAboutTheKernel) {
  const auto kernel = SystemHostProbe().Kernel();
  ASSERT_TRUE(kernel.has_value());
  ASSERT_OK_AND_ASSIGN(const auto fs, HostFs::Create("/"));
  EXPECT_THAT(fs->Read("/proc/sys/kernel/osrelease", 1000),
              testing::IsOkAndHolds(kernel->release + "\n"));
  EXPECT_FALSE(kernel->machine.empty());
}

TEST(SystemHostProbe, ReadsPermanentAddressesInTheUsualForm) {
  const auto addresses = SystemHostProbe().PermanentAddresses();
  ASSERT_OK(addresses);
  for (const auto& [name, address] : *addresses) {
    EXPECT_EQ(ParseMac(address), address) << name;
  }
  EXPECT_EQ(addresses->count("lo"), 0);
}

}  // namespace
}  // namespace rollcall
