#include "collector/cli/wrap.h"

#include "common/text.h"
#include "gmock/gmock.h"

namespace rollcall::cli {
namespace {

using ::testing::ElementsAre;

TEST(WrapWords, BreaksBetweenWords) {
  EXPECT_THAT(WrapWords("no agent ever spoke for it", 12),
              ElementsAre("no agent", "ever spoke", "for it"));
  EXPECT_THAT(WrapWords("no agent", 8), ElementsAre("no agent"));
}

TEST(WrapWords, LeavesWhatFitsAsItIs) {
  EXPECT_THAT(WrapWords("  a  b ", 7), ElementsAre("  a  b "));
  EXPECT_THAT(WrapWords("", 7), ElementsAre(""));
}

TEST(WrapWords, LeavesNoBlanksAroundABreak) {
  EXPECT_THAT(WrapWords(" one    two ", 5), ElementsAre("one", "two"));
  EXPECT_THAT(WrapWords("          ", 5), ElementsAre(""));
}

TEST(WrapWords, GivesAWordThatIsTooWideALineOfItsOwn) {
  const std::string sha256(64, 'e');
  EXPECT_THAT(WrapWords("of sha256=" + sha256 + " on", 20),
              ElementsAre("of", "sha256=" + sha256, "on"));
}

TEST(WrapWords, BreaksAWordThatNobodyCopiesBetweenCodePoints) {
  std::string word;
  for (int i = 0; i < 200; ++i) word += "ü";
  const auto lines = WrapWords("a " + word, 30);
  EXPECT_EQ(lines.size(), 8u);
  for (const std::string& line : lines) {
    EXPECT_TRUE(IsValidUtf8(line));
    EXPECT_LE(DisplayWidth(line), 30);
  }
}

TEST(WrapWords, EndsAtOneColumn) {
  EXPECT_THAT(WrapWords("ab c", 1), ElementsAre("ab", "c"));
  EXPECT_EQ(WrapWords(std::string(90, 'x'), 1).size(), 90u);
}

TEST(WidestWord, IsBoundedByWhatMayBeBroken) {
  EXPECT_EQ(WidestWord("to Zürich on"), 6);
  EXPECT_EQ(WidestWord(std::string(500, 'x')), kLongestWord);
  EXPECT_EQ(WidestWord(""), 0);
}

}  // namespace
}  // namespace rollcall::cli
