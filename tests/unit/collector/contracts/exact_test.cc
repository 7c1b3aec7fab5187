// Quantities, money and dates.
#include <limits>
#include <string>
#include <vector>

#include "collector/contracts/civil_date.h"
#include "collector/contracts/decimal.h"
#include "collector/contracts/money.h"
#include "collector/contracts/quantity.h"
#include "collector/contracts/rational.h"
#include "gmock/gmock.h"
#include "tests/support/fake_random.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using testing::EqualsText;
using ::testing::HasSubstr;
using testing::IsOkAndHolds;
using testing::StatusIs;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

Rational Ratio(int64_t numerator, int64_t denominator) {
  return *Rational::Make(numerator, denominator);
}

TEST(Decimal, ReadsWhatIsClear) {
  EXPECT_THAT(ParseDecimal("0", 6), IsOkAndHolds(0));
  EXPECT_THAT(ParseDecimal("007", 0), IsOkAndHolds(7));
  EXPECT_THAT(ParseDecimal("12.5", 6), IsOkAndHolds(12'500'000));
  EXPECT_THAT(ParseDecimal("0.333333", 6), IsOkAndHolds(333'333));
  EXPECT_THAT(ParseDecimal("0.125", 6), IsOkAndHolds(125'000));
  EXPECT_THAT(ParseDecimal("9223372036854.775807", 6), IsOkAndHolds(kMax));
}

TEST(Decimal, RefusesWhatMayBeReadInTwoWays) {
  EXPECT_THAT(ParseDecimal("1.200", 6), StatusIs(StatusCode::kInvalidArgument,
                                                 HasSubstr("1200 or 1.200")));
  EXPECT_THAT(ParseDecimal("120.000", 6),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("may mean")));
  EXPECT_THAT(ParseDecimal("1.2000", 6), IsOkAndHolds(1'200'000));
  EXPECT_THAT(ParseDecimal("1234.500", 6), IsOkAndHolds(1'234'500'000));
}

TEST(Decimal, SaysWhatWouldBeRight) {
  EXPECT_THAT(ParseDecimal("", 6),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("empty")));
  EXPECT_THAT(ParseDecimal("-1", 6),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("negative")));
  for (const char* text : {"1,5", "1,234.5", "1 000", "1'000", "1.234,56"}) {
    EXPECT_THAT(ParseDecimal(text, 6),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("thousands")))
        << text;
  }
  for (const char* text :
       {"1e3", "+1", ".5", "5.", "0x10", "1.2.3", "\xd9\xa1", "nan", "inf"}) {
    EXPECT_THAT(ParseDecimal(text, 6),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("digits")))
        << text;
  }
  EXPECT_THAT(ParseDecimal("1.0000001", 6),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at most 6")));
}

TEST(Decimal, RefusesWhatDoesNotFit) {
  EXPECT_THAT(ParseDecimal("9223372036854.775808", 6),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("too large")));
  EXPECT_THAT(ParseDecimal(std::string(10'000, '9'), 6),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("too large")));
}

TEST(Decimal, PrintsWithoutTrailingZeros) {
  EXPECT_EQ(DecimalToString(12'500'000, 6), "12.5");
  EXPECT_EQ(DecimalToString(12'000'000, 6), "12");
  EXPECT_EQ(DecimalToString(-1, 6), "-0.000001");
  EXPECT_EQ(DecimalToString(kMin, 6), "-9223372036854.775808");
  EXPECT_EQ(DecimalToString(7, 0), "7");
}

TEST(Decimal, PrintsWhatItRead) {
  testing::FakeRandom random(3);
  for (int i = 0; i < 10'000; ++i) {
    const auto value =
        static_cast<int64_t>(random.Next64() >> (1 + random.Next64() % 62));
    const std::string text = DecimalToString(value, 6);
    const auto read = ParseDecimal(text, 6);
    if (!read.ok()) {
      EXPECT_THAT(read.status().message(), HasSubstr("may mean")) << text;
      continue;
    }
    ASSERT_EQ(*read, value) << text;
  }
}

TEST(Rational, KeepsLowestTerms) {
  EXPECT_EQ(Ratio(6, 4), Ratio(3, 2));
  EXPECT_EQ(Ratio(-6, 4).numerator(), -3);
  EXPECT_EQ(Ratio(0, 7).denominator(), 1);
  EXPECT_THAT(Rational::Make(1, 0), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Rational::Make(1, -2), StatusIs(StatusCode::kInvalidArgument));
}

TEST(Rational, IsExactWhereFloatingPointIsNot) {
  Rational sum;
  for (int i = 0; i < 10; ++i) sum = *Add(sum, Ratio(1, 10));
  EXPECT_EQ(sum, Rational::Of(1));
  EXPECT_EQ(*Multiply(Ratio(1, 3), Rational::Of(3)), Rational::Of(1));
  EXPECT_EQ(*Subtract(Ratio(1, 2), Ratio(1, 3)), Ratio(1, 6));
}

TEST(Rational, ReportsOverflowInsteadOfWrapping) {
  const Rational max = Rational::Of(kMax);
  EXPECT_THAT(Add(max, Rational::Of(1)), StatusIs(StatusCode::kOutOfRange));
  EXPECT_THAT(Multiply(max, Rational::Of(2)),
              StatusIs(StatusCode::kOutOfRange));
  EXPECT_THAT(Subtract(Rational::Of(kMin), Rational::Of(1)),
              StatusIs(StatusCode::kOutOfRange));
  EXPECT_THAT(Multiply(Ratio(1, kMax), Ratio(1, 3)),
              StatusIs(StatusCode::kOutOfRange));
  // Too large on the way, but not at the end.
  EXPECT_THAT(Multiply(Ratio(kMax, 3), Ratio(3, kMax)),
              IsOkAndHolds(Rational::Of(1)));
  EXPECT_THAT(Add(max, Rational::Of(kMin)), IsOkAndHolds(Rational::Of(-1)));
}

TEST(Rational, ComparesExactly) {
  EXPECT_LT(Ratio(kMax - 1, kMax), Rational::Of(1));
  EXPECT_LT(Ratio(1, 3), Ratio(333'333'334, 1'000'000'000));
  EXPECT_GT(Rational::Of(kMax), Ratio(kMax, 2));
  EXPECT_LT(Rational::Of(kMin), Rational::Of(kMax));
}

TEST(Rational, ObeysTheLawsOfArithmetic) {
  testing::FakeRandom random(5);
  const auto draw = [&] {
    return Ratio(static_cast<int64_t>(random.Next64() % 2'000'001) - 1'000'000,
                 1 + static_cast<int64_t>(random.Next64() % 1'000));
  };
  for (int i = 0; i < 5'000; ++i) {
    const Rational a = draw();
    const Rational b = draw();
    const Rational c = draw();
    ASSERT_EQ(*Add(a, b), *Add(b, a));
    ASSERT_EQ(*Add(*Add(a, b), c), *Add(a, *Add(b, c)));
    ASSERT_EQ(*Multiply(a, *Add(b, c)), *Add(*Multiply(a, b), *Multiply(a, c)));
    ASSERT_EQ(*Subtract(*Add(a, b), b), a);
    ASSERT_EQ(a<b, *Subtract(b, a)> Rational());
  }
}

TEST(Rational, PrintsDecimalsWhereTheyAreExact) {
  EXPECT_EQ(Ratio(5, 2).ToString(), "2.5");
  EXPECT_EQ(Rational::Of(-12).ToString(), "-12");
  EXPECT_EQ(Ratio(1, 3).ToString(), "1/3");
  EXPECT_EQ(Rational::Of(kMax).ToString(), "9223372036854775807");
  EXPECT_EQ(Ratio(kMax, 1'000'000).ToString(), "9223372036854.775807");
}

TEST(Rational, RefusesAStoredFormThatIsNotInLowestTerms) {
  v1::Rational proto;
  proto.set_numerator(2);
  proto.set_denominator(4);
  EXPECT_THAT(Rational::FromProto(proto),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("2/4")));
  proto.set_denominator(0);
  EXPECT_THAT(Rational::FromProto(proto),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Rational::FromProto(Ratio(2, 4).ToProto()),
              IsOkAndHolds(Ratio(1, 2)));
}

TEST(Quantity, ReadsNumbersAndUnlimited) {
  EXPECT_THAT(Quantity::Parse("2.5"), IsOkAndHolds(Quantity::Of(Ratio(5, 2))));
  EXPECT_THAT(Quantity::Parse("Unlimited"),
              IsOkAndHolds(Quantity::Unlimited()));
  EXPECT_THAT(Quantity::Parse("-1"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Quantity::Parse("many"), StatusIs(StatusCode::kInvalidArgument));
}

TEST(Quantity, UnlimitedIsMoreThanEveryNumber) {
  const Quantity unlimited = Quantity::Unlimited();
  EXPECT_LT(Quantity::Of(kMax), unlimited);
  EXPECT_EQ(unlimited, Quantity::Unlimited());
  EXPECT_THAT(Add(Quantity::Of(1), unlimited), IsOkAndHolds(unlimited));
  EXPECT_THAT(Excess(unlimited, Quantity::Of(5)), IsOkAndHolds(unlimited));
  EXPECT_THAT(Excess(Quantity::Of(5), unlimited), IsOkAndHolds(Quantity()));
  EXPECT_THAT(Excess(unlimited, unlimited), IsOkAndHolds(Quantity()));
}

TEST(Quantity, ExcessIsNeverNegative) {
  EXPECT_THAT(Excess(Quantity::Of(3), Quantity::Of(5)),
              IsOkAndHolds(Quantity()));
  EXPECT_THAT(Excess(Quantity::Of(5), Quantity::Of(3)),
              IsOkAndHolds(Quantity::Of(2)));
}

TEST(Quantity, ReportsOverflow) {
  EXPECT_THAT(Add(Quantity::Of(kMax), Quantity::Of(1)),
              StatusIs(StatusCode::kOutOfRange));
}

TEST(Quantity, SurvivesItsStoredForm) {
  for (const Quantity quantity :
       {Quantity(), Quantity::Of(7), Quantity::Of(Ratio(1, 3)),
        Quantity::Unlimited()}) {
    EXPECT_THAT(Quantity::FromProto(quantity.ToProto()),
                IsOkAndHolds(quantity));
  }
  EXPECT_THAT(Quantity::FromProto(v1::Quantity()),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Quantity::Of(Ratio(5, 2)).ToProto(),
              EqualsText("value { numerator: 5 denominator: 2 }"));
}

TEST(Money, IsExactToTheMillionth) {
  EXPECT_THAT(ParseMicros("120.00"), IsOkAndHolds(120'000'000));
  EXPECT_THAT(ParseMicros("0.000001"), IsOkAndHolds(1));
  EXPECT_THAT(ParseMicros("0"), IsOkAndHolds(0));
  EXPECT_THAT(ParseMicros("-5"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_EQ((Money{225'500'000, "GBP"}.ToString()), "225.5 GBP");
}

TEST(Money, KnowsCurrencies) {
  EXPECT_THAT(ParseCurrency("eur"), IsOkAndHolds("EUR"));
  EXPECT_THAT(ParseCurrency("AED"), IsOkAndHolds("AED"));
  EXPECT_THAT(ParseCurrency("ZWL"), IsOkAndHolds("ZWL"));
  for (const char* text : {"", "EURO", "€", "XXX", "EU", "USX"}) {
    EXPECT_THAT(ParseCurrency(text),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("ISO 4217")))
        << text;
  }
}

TEST(CivilDate, ReadsOneFormOnly) {
  ASSERT_OK_AND_ASSIGN(const CivilDate date, CivilDate::Parse("2026-01-31"));
  EXPECT_EQ(date.ToString(), "2026-01-31");
  for (const char* text :
       {"", "31.01.2026", "01/31/2026", "2026-1-31", "2026-01-31 ", "20260131",
        "2026-01-3a", "+026-01-31", "2026/01/31"}) {
    EXPECT_THAT(CivilDate::Parse(text), StatusIs(StatusCode::kInvalidArgument,
                                                 HasSubstr("year-month-day")))
        << text;
  }
}

TEST(CivilDate, KnowsTheCalendarAndItsRange) {
  EXPECT_OK(CivilDate::Parse("2024-02-29"));
  EXPECT_OK(CivilDate::Parse("2000-02-29"));
  for (const char* text : {"2023-02-29", "2100-02-29", "2026-13-01",
                           "2026-00-10", "2026-04-31", "2026-01-00"}) {
    EXPECT_THAT(CivilDate::Parse(text), StatusIs(StatusCode::kInvalidArgument,
                                                 HasSubstr("no such day")))
        << text;
  }
  EXPECT_OK(CivilDate::Parse("1990-01-01"));
  EXPECT_OK(CivilDate::Parse("2199-12-31"));
  for (const char* text : {"1989-12-31", "2200-01-01", "9999-12-31"}) {
    EXPECT_THAT(CivilDate::Parse(text), StatusIs(StatusCode::kInvalidArgument,
                                                 HasSubstr("1990 to 2199")))
        << text;
  }
}

TEST(CivilDate, IsOrderedAndComesFromUtc) {
  EXPECT_LT(*CivilDate::Parse("2025-12-31"), *CivilDate::Parse("2026-01-01"));
  EXPECT_EQ(CivilDate::InUtc(absl::FromUnixSeconds(1'767'225'599)),
            *CivilDate::Parse("2025-12-31"));
  EXPECT_EQ(CivilDate::InUtc(absl::FromUnixSeconds(1'767'225'600)),
            *CivilDate::Parse("2026-01-01"));
}

}  // namespace
}  // namespace rollcall::collector
