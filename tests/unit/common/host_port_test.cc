#include "common/host_port.h"

#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

TEST(HostPort, TakesNamesAndAddresses) {
  ASSERT_OK_AND_ASSIGN(const HostPort name, ParseHostPort("host.example:8443"));
  EXPECT_EQ(name.host, "host.example");
  EXPECT_EQ(name.port, "8443");
  EXPECT_EQ(ParseHostPort("[::1]:1")->host, "::1");
  for (const char* bad : {"", "host", "host:", ":1", "host:0", "host:65536",
                          "host:x", "::1:1", "[]:1"}) {
    EXPECT_THAT(ParseHostPort(bad),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

TEST(HostPort, APortThatIsLeftOutIsTheUsualOne) {
  EXPECT_THAT(WithPort("host.example", 7444),
              IsOkAndHolds("host.example:7444"));
  EXPECT_THAT(WithPort("[::1]", 7444), IsOkAndHolds("[::1]:7444"));
  EXPECT_THAT(WithPort("host:1", 7444), IsOkAndHolds("host:1"));
  for (const char* bad : {"", "host:", ":1", "host:0", "::1"}) {
    EXPECT_THAT(WithPort(bad, 7444),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("rollcall.example:7444")))
        << bad;
  }
}

}  // namespace
}  // namespace rollcall
