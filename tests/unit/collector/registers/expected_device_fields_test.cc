#include "collector/registers/expected_device_fields.h"

#include "absl/strings/str_cat.h"
#include "collector/registers/mac_address.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOkAndHolds;
using testing::StatusIs;

TEST(ParseMacAddress, TakesEveryCommonNotation) {
  for (const char* text :
       {"00:1A:2b:03:04:05", "00-1a-2b-03-04-05", "001a.2b03.0405",
        "001A2B030405", "001a2b-030405", "0:1a:2b:3:4:5"}) {
    EXPECT_THAT(ParseMacAddress(text), IsOkAndHolds("00:1a:2b:03:04:05"))
        << text;
  }
}

TEST(ParseMacAddress, RefusesWhatIsNoAddress) {
  for (const char* text :
       {"", ":", "00:1a:2b:03:04", "00:1a:2b:03:04:05:06", "00:1a:2b:03:04:0g",
        "00:1a-2b:03:04:05", "001a:2b03:0405", "001a2b03040", "001:a2b:03:04:5",
        "00:1a:2b:03:04:", "00 1a 2b 03 04 05",
        "00:1a:2b:03:04:05:00:1a:2b:03:04:05:00:1a:2b:03:04:05:00:1a"}) {
    EXPECT_THAT(ParseMacAddress(text), StatusIs(StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(ParseMacAddress, RefusesAddressesThatNoDeviceHas) {
  EXPECT_THAT(ParseMacAddress("00:00:00:00:00:00"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("zero")));
  EXPECT_THAT(ParseMacAddress("ff:ff:ff:ff:ff:ff"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("multicast")));
  EXPECT_THAT(ParseMacAddress("01:00:5e:00:00:fb"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("multicast")));
}

TEST(ParseMacAddress, TakesLocallyAdministeredAddresses) {
  EXPECT_THAT(ParseMacAddress("02:42:ac:11:00:02"),
              IsOkAndHolds("02:42:ac:11:00:02"));
}

TEST(ParseMacAddresses, TakesSeveralAndEachOnce) {
  EXPECT_THAT(
      ParseMacAddresses("00:1a:2b:03:04:05; 001A.2B03.0405;;00:1a:2b:03:04:06"),
      IsOkAndHolds(ElementsAre("00:1a:2b:03:04:05", "00:1a:2b:03:04:06")));
  EXPECT_THAT(ParseMacAddresses(";"), IsOkAndHolds(IsEmpty()));
}

TEST(ParseMacAddresses, NamesTheBadOne) {
  EXPECT_THAT(ParseMacAddresses("00:1a:2b:03:04:05;nonsense"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("nonsense")));
}

TEST(ParseMacAddresses, IsBounded) {
  std::string many;
  for (int i = 0; i < 65; ++i) {
    absl::StrAppend(&many, "00:1a:2b:03:04:", absl::Hex(i, absl::kZeroPad2),
                    ";");
  }
  EXPECT_THAT(ParseMacAddresses(many), StatusIs(StatusCode::kInvalidArgument));
}

TEST(ParseHostname, TakesNamesAsTheyAreWritten) {
  const std::string longest_label(63, 'a');
  for (const std::string& text :
       {std::string("pc-17"), std::string("PC_17"), std::string("a.b.example"),
        std::string("7"), std::string("xn--bcher-kva"), longest_label}) {
    EXPECT_THAT(ParseHostname(text), IsOkAndHolds(text));
  }
  EXPECT_THAT(ParseHostname("a.example."), IsOkAndHolds("a.example"));
}

TEST(ParseHostname, RefusesOtherTexts) {
  const std::string long_label(64, 'a');
  const std::string long_name =
      absl::StrCat(std::string(63, 'a'), ".", std::string(63, 'b'), ".",
                   std::string(63, 'c'), ".", std::string(63, 'd'));
  for (const std::string& text :
       {std::string("."), std::string("a..b"), std::string("-a"),
        std::string("a-"), std::string("a b"), std::string("=cmd()"),
        std::string("b\xc3\xbc"), std::string("a/b"), long_label, long_name}) {
    EXPECT_THAT(ParseHostname(text), StatusIs(StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(ParseStatus, TakesEachInAnyWriting) {
  EXPECT_THAT(ParseStatus("In Stock"), IsOkAndHolds("in-stock"));
  EXPECT_THAT(ParseStatus("in_stock"), IsOkAndHolds("in-stock"));
  for (const char* text : {"ordered", "in-stock", "deployed", "repair", "lost",
                           "stolen", "disposed"}) {
    EXPECT_THAT(ParseStatus(text), IsOkAndHolds(text));
  }
}

TEST(ParseStatus, NamesTheStatusesThatThereAre) {
  EXPECT_THAT(ParseStatus("retired"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("disposed")));
}

TEST(ParsePurchaseDate, WantsADayOfTheCalendar) {
  EXPECT_THAT(ParsePurchaseDate("2024-02-29"), IsOkAndHolds("2024-02-29"));
  for (const char* text :
       {"2023-02-29", "29.02.2024", "2024-2-9", "2024-02", "2024-02-29T00:00",
        "1969-12-31", "2200-01-01", "12024-02-29", "-2024-02-29"}) {
    EXPECT_THAT(ParsePurchaseDate(text), StatusIs(StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(ParseRegisterName, DefaultsAndRefuses) {
  EXPECT_THAT(ParseRegisterName(""), IsOkAndHolds("assets"));
  EXPECT_THAT(ParseRegisterName("mdm-2"), IsOkAndHolds("mdm-2"));
  for (const std::string& text :
       {std::string("MDM"), std::string("a b"), std::string(65, 'a'),
        std::string("a\0b", 3)}) {
    EXPECT_THAT(ParseRegisterName(text),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace rollcall::collector
