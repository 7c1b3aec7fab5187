#include "agent/sources/cpu_set.h"

#include "gmock/gmock.h"

namespace rollcall {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(CpuList, ReadsRangesAndSingleNumbers) {
  EXPECT_THAT(ParseCpuList("0-3,8,10-11\n"),
              Optional(ElementsAre(0, 1, 2, 3, 8, 10, 11)));
  EXPECT_THAT(ParseCpuList("5"), Optional(ElementsAre(5)));
}

TEST(CpuList, ReadsAnEmptyListAsTheEmptySet) {
  EXPECT_THAT(ParseCpuList("\n"), Optional(IsEmpty()));
}

TEST(CpuList, OrdersAndDropsRepetitions) {
  EXPECT_THAT(ParseCpuList("3,1-2,2"), Optional(ElementsAre(1, 2, 3)));
}

TEST(CpuList, RefusesWhatIsNoList) {
  for (const char* text : {"x", "1-", "-1", "3-1", "1,,2", "1-2-3", "0x3",
                           "99999999999", "16384", "0-16384", "1 2"}) {
    EXPECT_THAT(ParseCpuList(text), Eq(std::nullopt)) << text;
  }
}

TEST(CpuList, RefusesAShortTextThatWouldMakeALongSet) {
  std::string text = "0-16383";
  for (int i = 0; i < 1000; ++i) text += ",0-16383";
  EXPECT_THAT(ParseCpuList(text), Eq(std::nullopt));
}

TEST(CpuMask, ReadsGroupsMostSignificantFirst) {
  EXPECT_THAT(ParseCpuMask("00000001,80000001\n"),
              Optional(ElementsAre(0, 31, 32)));
  EXPECT_THAT(ParseCpuMask("f0"), Optional(ElementsAre(4, 5, 6, 7)));
  EXPECT_THAT(ParseCpuMask("0000,11111111,11111111"),
              Optional(ElementsAre(0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44,
                                   48, 52, 56, 60)));
}

TEST(CpuMask, RefusesWhatIsNoMask) {
  EXPECT_THAT(ParseCpuMask(""), Eq(std::nullopt));
  EXPECT_THAT(ParseCpuMask("0xff"), Eq(std::nullopt));
  EXPECT_THAT(ParseCpuMask(std::string(5000, '0')), Eq(std::nullopt));
}

TEST(FormatCpuList, WritesListsAsTheKernelDoes) {
  EXPECT_EQ(FormatCpuList({}), "");
  EXPECT_EQ(FormatCpuList({0, 6, 7}), "0,6-7");
  EXPECT_EQ(FormatCpuList({0, 1, 2, 3, 8}), "0-3,8");
}

}  // namespace
}  // namespace rollcall
