#include "common/text.h"

#include "absl/strings/str_cat.h"
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

TEST(HoldsHiddenCharacters, FindsWhatUnicodeHasProgramsIgnore) {
  for (const char* hidden :
       {"\u00ad", "\u034f", "\u061c", "\u115f", "\u1160", "\u17b4", "\u180e",
        "\u206f", "\u2800", "\u3164", "\ufe0f", "\uffa0", "\ufffb",
        "\U0001d173", "\U000e0001", "\U000e0fff"}) {
    EXPECT_TRUE(HoldsHiddenCharacters(absl::StrCat("1", hidden)))
        << EscapeForTerminal(hidden);
  }
  for (const char* seen : {"\u00ac", "\u00a0", "\u3000", "\u1161", "\ufffd",
                           "\U0001f5a5", "\U000e1000"}) {
    EXPECT_FALSE(HoldsHiddenCharacters(seen)) << seen;
  }
}

TEST(StripBlanks, TakesBlanksOfAsciiAndUnicodeFromTheEnds) {
  EXPECT_EQ(StripBlanks(" \t1\r\n"), "1");
  EXPECT_EQ(StripBlanks("\u00a0 \u30001\u2003\u00a0 \u1680"), "1");
  EXPECT_EQ(StripBlanks("a\u00a0b"), "a\u00a0b");
  EXPECT_EQ(StripBlanks("\u00a0 \u202f\u205f"), "");
  EXPECT_EQ(StripBlanks("Zürich"), "Zürich");
  EXPECT_EQ(StripBlanks(" \xa0\xff\xc2 "), "\xa0\xff\xc2");
}

TEST(UncommonBlankIn, NamesTheFirstThatLooksLikeASpace) {
  EXPECT_EQ(UncommonBlankIn("a b"), "");
  EXPECT_EQ(UncommonBlankIn("日本 é"), "");
  EXPECT_EQ(UncommonBlankIn("a\u00a0b\u3000"), "U+00A0");
  EXPECT_EQ(UncommonBlankIn("\u202f"), "U+202F");
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
