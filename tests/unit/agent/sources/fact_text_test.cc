#include "agent/sources/fact_text.h"

#include "common/text.h"
#include "gmock/gmock.h"

namespace rollcall {
namespace {

using ::testing::Eq;
using ::testing::Optional;

TEST(FactText, TakesWhiteSpaceAway) {
  EXPECT_THAT(FactText("  a b \n"), Optional(Eq("a b")));
}

TEST(FactText, SaysNothingOfNothing) {
  EXPECT_EQ(FactText(" \n"), std::nullopt);
  EXPECT_EQ(FirmwareText("    "), std::nullopt);
  EXPECT_EQ(FirmwareText(""), std::nullopt);
}

TEST(FactText, MakesBytesThatAreNotUtf8ValidAndCountsTheText) {
  int replaced = 0;
  EXPECT_THAT(FactText("M\xfcller", &replaced),
              Optional(Eq("M\xef\xbf\xbdller")));
  EXPECT_THAT(FactText("a\x01z", &replaced), Optional(Eq("a\xef\xbf\xbdz")));
  EXPECT_EQ(replaced, 2);
}

TEST(FactText, KeepsUtf8) {
  int replaced = 0;
  EXPECT_THAT(FactText("M\xc3\xbcller", &replaced),
              Optional(Eq("M\xc3\xbcller")));
  EXPECT_EQ(replaced, 0);
}

TEST(FactText, IsBounded) {
  constexpr size_t kMark = 3;  // "…" where it was cut
  for (const char c : {'x', '\xff', '\x01'}) {
    const auto text = FactText(std::string(100'000, c));
    ASSERT_TRUE(text.has_value());
    EXPECT_LE(text->size(), kMaxFactBytes + kMark);
    EXPECT_TRUE(IsValidUtf8(*text));
  }
}

TEST(FirmwareText, KeepsSpacesAroundIt) {
  EXPECT_THAT(FirmwareText("090008 "), Optional(Eq("090008 ")));
}

TEST(FirmwareText, ShowsBadBytesAsDots) {
  int replaced = 0;
  EXPECT_THAT(FirmwareText("Intel\xae \x01", &replaced),
              Optional(Eq("Intel. .")));
  EXPECT_EQ(replaced, 1);
  EXPECT_THAT(FirmwareText("\n"), Optional(Eq(".")));
}

TEST(FactInteger, ReadsDecimalNumbersOnly) {
  EXPECT_THAT(FactInteger(" 42\n"), Optional(42));
  EXPECT_THAT(FactInteger("-1"), Optional(-1));
  for (const char* text :
       {"", "x", "1.5", "0x10", "1 2", "9999999999999999999"}) {
    EXPECT_EQ(FactInteger(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace rollcall
