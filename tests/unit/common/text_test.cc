#include "common/text.h"

#include "gmock/gmock.h"

namespace rollcall {
namespace {

TEST(Utf8, RefusesOverlongSurrogateAndCutForms) {
  EXPECT_TRUE(IsValidUtf8("Zürich \xf0\x9f\x96\xa5"));
  EXPECT_FALSE(IsValidUtf8("\xc0\xaf"));
  EXPECT_FALSE(IsValidUtf8("\xed\xa0\x80"));
  EXPECT_FALSE(IsValidUtf8("\xe2\x82"));
  EXPECT_FALSE(IsValidUtf8("\xf4\x90\x80\x80"));
}

TEST(Utf8, ReplacesAndCountsMalformedBytes) {
  int replaced = 0;
  EXPECT_EQ(ToValidUtf8("a\xff"
                        "b\xfe",
                        &replaced),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
  EXPECT_EQ(replaced, 2);
}

TEST(EscapeForTerminal, MakesControlAndReorderingCharactersVisible) {
  EXPECT_EQ(EscapeForTerminal("a\x1b[31m\nb"), "a\\x1b[31m\\x0ab");
  EXPECT_EQ(EscapeForTerminal("evil\xe2\x80\xaegpj"), "evil\\u{202e}gpj");
  EXPECT_EQ(EscapeForTerminal("\xff"), "\\xff");
  EXPECT_EQ(EscapeForTerminal("Zürich"), "Zürich");
}

TEST(HoldsHiddenCharacters, FindsWhatMakesTwoTextsLookAlike) {
  EXPECT_FALSE(HoldsHiddenCharacters("C-1 / Zürich\n日本"));
  EXPECT_TRUE(HoldsHiddenCharacters("C-\u200b1"));
  EXPECT_TRUE(HoldsHiddenCharacters("C-\u202e1"));
  EXPECT_TRUE(HoldsHiddenCharacters("C-\u009b1"));
  EXPECT_TRUE(HoldsHiddenCharacters("C-\x7f"));
}

TEST(EscapeForCsv, DisarmsFormulasAndQuotes) {
  EXPECT_EQ(EscapeForCsv("=1+2"), "'=1+2");
  EXPECT_EQ(EscapeForCsv("-cmd"), "'-cmd");
  EXPECT_EQ(EscapeForCsv("a,\"b\""), "\"a,\"\"b\"\"\"");
  EXPECT_EQ(EscapeForCsv("plain"), "plain");
}

TEST(Abbreviate, CutsBetweenCodePoints) {
  EXPECT_EQ(Abbreviate("Zürich", 2), "Z…");
  EXPECT_EQ(Abbreviate("Zürich", 7), "Zürich");
}

}  // namespace
}  // namespace rollcall
