#include "collector/registers/expected_device_csv.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using testing::EqualsText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kHeader[] =
    "asset_tag,serial,hostname,mac,owner,status,location,cost_centre,"
    "purchase_date\n";

// The only error of a file with one bad line.
v1::ImportError OnlyError(absl::string_view lines) {
  const auto file = ReadExpectedDeviceCsv(absl::StrCat(kHeader, lines));
  EXPECT_THAT(file.file_errors, IsEmpty());
  EXPECT_THAT(file.bad, SizeIs(1));
  if (file.bad.size() != 1) return {};
  EXPECT_THAT(file.bad[0].errors, SizeIs(1));
  return file.bad[0].errors[0];
}

TEST(ExpectedDeviceCsv, ReadsEveryColumn) {
  const auto file = ReadExpectedDeviceCsv(
      absl::StrCat(kHeader,
                   "A-1,S1,PC-1,00-1A-2B-03-04-05;001a.2b03.0406,\"Jo, "
                   "IT\",Deployed,HQ,CC-1,"
                   "2024-02-29\n"));
  EXPECT_THAT(file.bad, IsEmpty());
  ASSERT_THAT(file.good, SizeIs(1));
  EXPECT_EQ(file.line_count, 1);
  EXPECT_THAT(file.good[0], EqualsText(R"pb(
                asset_tag: "A-1"
                serial_number: "S1"
                hostname: "PC-1"
                macs: "00:1a:2b:03:04:05"
                macs: "00:1a:2b:03:04:06"
                owner: "Jo, IT"
                status: "deployed"
                location: "HQ"
                cost_centre: "CC-1"
                purchase_date: "2024-02-29"
                source_line: 2)pb"));
}

TEST(ExpectedDeviceCsv, TakesColumnsInAnyOrderAndWriting) {
  const auto file =
      ReadExpectedDeviceCsv("Serial , ASSET TAG,Cost-Centre\nS1,A-1,\n");
  ASSERT_THAT(file.good, SizeIs(1));
  EXPECT_EQ(file.good[0].asset_tag(), "A-1");
  EXPECT_EQ(file.good[0].serial_number(), "S1");
}

TEST(ExpectedDeviceCsv, LeavesWhatIsEmptyAbsent) {
  const auto file =
      ReadExpectedDeviceCsv(absl::StrCat(kHeader, "A-1,S1,,,,,,,\n"));
  ASSERT_THAT(file.good, SizeIs(1));
  EXPECT_THAT(
      file.good[0],
      EqualsText("asset_tag: 'A-1' serial_number: 'S1' source_line: 2"));
}

TEST(ExpectedDeviceCsv, NeedsTheAssetTagColumn) {
  const auto file = ReadExpectedDeviceCsv("serial\nS1\n");
  ASSERT_THAT(file.file_errors, SizeIs(1));
  EXPECT_THAT(file.file_errors[0].reason(), HasSubstr("asset_tag"));
}

TEST(ExpectedDeviceCsv, RefusesAFileThatListsNothing) {
  for (const char* content :
       {"asset_tag,serial\n", "asset_tag,serial\n\n ,\n"}) {
    const auto file = ReadExpectedDeviceCsv(content);
    ASSERT_THAT(file.file_errors, SizeIs(1));
    EXPECT_THAT(file.file_errors[0].reason(), HasSubstr("lists no device"));
  }
}

TEST(ExpectedDeviceCsv, NamesLineColumnAndValueOfEachError) {
  const auto file = ReadExpectedDeviceCsv(
      absl::StrCat(kHeader, "A-1,S1,,,,,,,\n",
                   ",S2,bad name,00:00:00:00:00:00,,gone,,,2024-13-01\n"));
  ASSERT_THAT(file.bad, SizeIs(1));
  EXPECT_EQ(file.bad[0].line, 3);
  std::vector<std::string> places;
  for (const auto& error : file.bad[0].errors) {
    EXPECT_EQ(error.line(), 3);
    places.push_back(absl::StrCat(error.column(), " ", error.column_number(),
                                  " ", error.value()));
  }
  EXPECT_THAT(places, ElementsAre("asset_tag 1 ", "hostname 3 bad name",
                                  "mac 4 00:00:00:00:00:00", "status 6 gone",
                                  "purchase_date 9 2024-13-01"));
}

TEST(ExpectedDeviceCsv, NeedsSomethingThatTellsTheMachine) {
  const auto error = OnlyError("A-1,,,,Jo,deployed,,,\n");
  EXPECT_EQ(error.line(), 2);
  EXPECT_EQ(error.column(), "");
  EXPECT_THAT(error.reason(), HasSubstr("serial, hostname"));
  EXPECT_THAT(OnlyError("A-1,,,;,,,,,\n").reason(),
              HasSubstr("serial, hostname"));
}

TEST(ExpectedDeviceCsv, RefusesFormulasInEveryTextColumn) {
  for (const char* line :
       {"=1+2,S1,,,,,,,\n", "A-1,+S1,,,,,,,\n", "A-1,S1,,,@SUM(A1),,,,\n",
        "A-1,S1,,,,,-1,,\n", "A-1,S1,,,,,,\"=cmd|'/c calc'!A1\",\n"}) {
    EXPECT_THAT(OnlyError(line).reason(), HasSubstr("formula")) << line;
  }
  EXPECT_THAT(OnlyError("A-1,S1,=A1,,,,,,\n").reason(), HasSubstr("host name"));
}

TEST(ExpectedDeviceCsv, RefusesLongTextsAndLineBreaksInThem) {
  EXPECT_THAT(
      OnlyError(absl::StrCat(std::string(101, 'a'), ",S1,,,,,,,\n")).reason(),
      HasSubstr("at most 100"));
  EXPECT_THAT(OnlyError("A-1,\"S\n1\",,,,,,,\n").reason(),
              HasSubstr("line break"));
}

TEST(ExpectedDeviceCsv, RefusesTheSameTagTwiceWhateverItsCase) {
  const auto file = ReadExpectedDeviceCsv(absl::StrCat(
      kHeader, "A-1,S1,,,,,,,\n", "B-1,S2,,,,,,,\n", "a-1,S3,,,,,,,\n"));
  EXPECT_THAT(file.good, SizeIs(1));
  ASSERT_THAT(file.bad, SizeIs(2));
  EXPECT_THAT(file.bad[0].errors[0].reason(), HasSubstr("line 4"));
  EXPECT_THAT(file.bad[1].errors[0].reason(), HasSubstr("line 2"));
}

TEST(ExpectedDeviceCsv, ALineWithATagOfABadLineIsBadToo) {
  const auto file = ReadExpectedDeviceCsv(
      absl::StrCat(kHeader, "A-1,,,,,gone,,,\n", "A-1,S1,,,,,,,\n"));
  EXPECT_THAT(file.good, IsEmpty());
  EXPECT_THAT(file.bad, SizeIs(2));
}

TEST(ExpectedDeviceCsv, TellsWhichDeviceABadLineIsAbout) {
  const auto file = ReadExpectedDeviceCsv(
      absl::StrCat(kHeader, "A-1,S1,,,,gone,,,\n", "A-2,\xff,,,,,,,\n",
                   ",S3,,,,,,,\n", "A-4,S4\n"));
  ASSERT_THAT(file.bad, SizeIs(4));
  EXPECT_EQ(file.bad[0].asset_tag, "a-1");
  EXPECT_EQ(file.bad[1].asset_tag, "");
  EXPECT_EQ(file.bad[2].asset_tag, "");
  EXPECT_EQ(file.bad[3].asset_tag, "");
}

TEST(ExpectedDeviceCsv, KeepsTheTextOfABadLineWithoutWhatATerminalObeys) {
  const auto file =
      ReadExpectedDeviceCsv(absl::StrCat(kHeader, "A-1,\x1b[2J,,,,,,,\n"));
  ASSERT_THAT(file.bad, SizeIs(1));
  EXPECT_EQ(file.bad[0].content, "A-1,\\x1b[2J,,,,,,,");
}

TEST(ExpectedDeviceCsv, ReadsManyLinesQuickly) {
  std::string content = kHeader;
  for (int i = 0; i < 100'000; ++i) {
    absl::StrAppend(&content, "A-", i, ",S", i, ",pc-", i, ",,,,,,\n");
  }
  const auto file = ReadExpectedDeviceCsv(content);
  EXPECT_THAT(file.file_errors, IsEmpty());
  EXPECT_EQ(file.good.size(), 100'000u);
}

}  // namespace
}  // namespace rollcall::collector
