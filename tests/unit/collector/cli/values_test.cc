#include "collector/cli/values.h"

#include "collector/cli/enums.h"
#include "collector/cli/times.h"
#include "gmock/gmock.h"
#include "rollcall/v1/register_service.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::rollcall::testing::StatusIs;

std::string Ratio(int64_t numerator, int64_t denominator) {
  v1::Rational rational;
  rational.set_numerator(numerator);
  rational.set_denominator(denominator);
  return RationalText(rational);
}

TEST(RationalText, IsADecimalWhereThatIsExactAndElseAFraction) {
  EXPECT_EQ(Ratio(16, 1), "16");
  EXPECT_EQ(Ratio(5, 2), "2.5");
  EXPECT_EQ(Ratio(-1, 8), "-0.125");
  EXPECT_EQ(Ratio(7, 3), "7/3");
  EXPECT_EQ(Ratio(1, 10'000'000), "1/10000000");
  EXPECT_EQ(Ratio(0, 5), "0");
}

TEST(RationalText, HoldsTheLargestNumbers) {
  EXPECT_EQ(Ratio(INT64_MAX, 1), "9223372036854775807");
  EXPECT_EQ(Ratio(INT64_MIN, 1), "-9223372036854775808");
  EXPECT_EQ(Ratio(INT64_MAX, 2), "4611686018427387903.5");
}

TEST(RationalText, RefusesADenominatorThatIsNone) {
  EXPECT_EQ(Ratio(1, 0), "malformed");
}

TEST(QuantityText, TellsUnlimitedFromUnknown) {
  EXPECT_EQ(QuantityText(FromText<v1::Quantity>("unlimited: true")),
            "unlimited");
  EXPECT_EQ(QuantityText(v1::Quantity()), "");
}

TEST(RangeText, NamesTheBoundsOnlyWhereTheyDiffer) {
  EXPECT_EQ(RangeText(FromText<v1::QuantityRange>(
                "low { value { numerator: 4 denominator: 1 } } "
                "expected { value { numerator: 4 denominator: 1 } } "
                "high { value { numerator: 4 denominator: 1 } }")),
            "4");
  EXPECT_EQ(RangeText(FromText<v1::QuantityRange>(
                "low { value { numerator: 4 denominator: 1 } } "
                "expected { value { numerator: 8 denominator: 1 } } "
                "high { unlimited: true }")),
            "8 (4 to unlimited)");
}

TEST(MoneyText, IsExact) {
  EXPECT_EQ(MicrosText(12'500'000), "12.50");
  EXPECT_EQ(MicrosText(1), "0.000001");
  EXPECT_EQ(MicrosText(-3'000'000), "-3.00");
  EXPECT_EQ(MicrosText(INT64_MAX), "9223372036854.775807");
}

TEST(BytesText, TakesTheLargestUnitAndRounds) {
  EXPECT_EQ(BytesText(0), "0 B");
  EXPECT_EQ(BytesText(1023), "1023 B");
  EXPECT_EQ(BytesText(1536), "1.5 KiB");
  EXPECT_EQ(BytesText(int64_t{8} << 30), "8.0 GiB");
}

TEST(TimeText, IsUtcAndEmptyWhereUnset) {
  google::protobuf::Timestamp time;
  EXPECT_EQ(TimeText(time), "");
  time.set_seconds(1'770'000'000);
  time.set_nanos(500'000'000);
  EXPECT_EQ(TimeText(time), "2026-02-02 02:40Z");
  EXPECT_EQ(ExactTimeText(time), "2026-02-02T02:40:00.5Z");
}

TEST(ParseAsOf, TakesADateAsItsEnd) {
  google::protobuf::Timestamp time;
  ASSERT_OK(ParseAsOf("2026-02-02", &time));
  EXPECT_EQ(ExactTimeText(time), "2026-02-02T23:59:59.999999Z");
}

TEST(ParseAsOf, TakesATimeInAnyZone) {
  google::protobuf::Timestamp time;
  ASSERT_OK(ParseAsOf("2026-02-02T03:40:00+01:00", &time));
  EXPECT_THAT(time, EqualsText("seconds: 1770000000"));
}

TEST(ParseAsOf, RefusesAnythingElse) {
  google::protobuf::Timestamp time;
  for (const char* text : {"yesterday", "2026-2-2", "2026-02-30", "2026",
                           "infinite-future", " 2026-02-02"}) {
    EXPECT_THAT(ParseAsOf(text, &time),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(CheckDate, WantsACivilDate) {
  EXPECT_OK(CheckDate("--date", ""));
  EXPECT_OK(CheckDate("--date", "2024-02-29"));
  EXPECT_THAT(CheckDate("--date", "2026-02-29"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::HasSubstr("--date=2026-02-29")));
}

TEST(Enums, AreWordsInBothDirections) {
  using Device = v1::UndiscoveredDevice;
  EXPECT_EQ(EnumWord(Device::STATE_NEVER_SEEN), "never-seen");
  EXPECT_EQ(EnumNumber(Device::State_descriptor(), "agent-stale"),
            Device::STATE_AGENT_STALE);
  EXPECT_EQ(EnumNumber(Device::State_descriptor(), "unspecified"),
            std::nullopt);
  EXPECT_EQ(EnumWord(Device::State_descriptor(), 99), "99");
}

}  // namespace
}  // namespace rollcall::cli
