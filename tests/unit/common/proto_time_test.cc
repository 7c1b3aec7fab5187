#include "common/proto_time.h"

#include "tests/support/proto_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;

TEST(ProtoTime, TimesComeBackToTheNanosecond) {
  const absl::Time time =
      absl::FromUnixSeconds(1'770'000'000) + absl::Nanoseconds(123'456'789);
  EXPECT_EQ(FromProto(ToProto(time)), time);
}

TEST(ProtoTime, BeforeTheEpochNanosStillCountForwards) {
  const absl::Time time = absl::UnixEpoch() - absl::Milliseconds(1'250);
  EXPECT_THAT(ToProto(time), EqualsText("seconds: -2 nanos: 750000000"));
  EXPECT_EQ(FromProto(ToProto(time)), time);
}

TEST(ProtoTime, DurationsComeBackToTheNanosecond) {
  for (const absl::Duration duration :
       {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Hours(25),
        -absl::Milliseconds(1'500), absl::Seconds(3) + absl::Nanoseconds(7)}) {
    EXPECT_EQ(FromProto(ToProto(duration)), duration) << duration;
  }
}

TEST(ProtoTime, SecondsAndNanosOfANegativeDurationAgreeInSign) {
  EXPECT_THAT(ToProto(-absl::Milliseconds(1'500)),
              EqualsText("seconds: -1 nanos: -500000000"));
}

TEST(ProtoTime, AnEndlessDurationBecomesTheLongestThatTheProtoAllows) {
  EXPECT_THAT(ToProto(absl::InfiniteDuration()),
              EqualsText("seconds: 315576000000"));
  EXPECT_THAT(ToProto(-absl::InfiniteDuration()),
              EqualsText("seconds: -315576000000"));
}

TEST(ProtoTime, HostileValuesStayOrdered) {
  const auto huge = FromText<google::protobuf::Duration>(
      "seconds: 9223372036854775807 nanos: 2147483647");
  EXPECT_GT(FromProto(huge), absl::Hours(1'000'000));
  const auto tiny = FromText<google::protobuf::Duration>(
      "seconds: -9223372036854775808 nanos: -2147483648");
  EXPECT_LT(FromProto(tiny), -absl::Hours(1'000'000));
  const auto late = FromText<google::protobuf::Timestamp>(
      "seconds: 9223372036854775807 nanos: 2147483647");
  EXPECT_GT(FromProto(late), absl::FromUnixSeconds(1LL << 50));
}

}  // namespace
}  // namespace rollcall
