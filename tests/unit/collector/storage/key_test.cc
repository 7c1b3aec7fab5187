#include "collector/storage/key.h"

#include <vector>

#include "gmock/gmock.h"

namespace rollcall::collector {
namespace {

std::string TextKey(absl::string_view text) {
  return KeyWriter().Text(text).Take();
}

TEST(Key, TextsKeepTheirOrderEvenWithZeroBytesAndPrefixes) {
  const std::vector<std::string> texts = {"",
                                          std::string("\0", 1),
                                          std::string("\0\0", 2),
                                          std::string("\0a", 2),
                                          "a",
                                          std::string("a\0", 2),
                                          std::string("a\0b", 3),
                                          "aa",
                                          "b",
                                          "\xff"};
  for (size_t i = 1; i < texts.size(); ++i) {
    EXPECT_LT(TextKey(texts[i - 1]), TextKey(texts[i])) << i;
  }
}

TEST(Key, ATextNeverRunsIntoTheNextPart) {
  EXPECT_LT(KeyWriter().Text("a").U64(~uint64_t{0}).Take(),
            KeyWriter().Text("aa").U64(0).Take());
}

TEST(Key, NumbersKeepTheirOrderAndDescendingStampsTurnItRound) {
  EXPECT_LT(KeyWriter().U64(255).Take(), KeyWriter().U64(256).Take());
  EXPECT_LT(KeyWriter().U16(255).Take(), KeyWriter().U16(256).Take());
  EXPECT_GT(KeyWriter().DescendingStamp(KnownStamp::FromRaw(1)).Take(),
            KeyWriter().DescendingStamp(KnownStamp::FromRaw(2)).Take());
}

TEST(Key, RoundTrips) {
  const auto id = *RowId::FromHex("00112233445566778899aabbccddeeff");
  const std::string key = KeyWriter()
                              .U16(7)
                              .AddId(id)
                              .Text(std::string("x\0y", 3))
                              .DescendingStamp(KnownStamp::FromRaw(42))
                              .Take();
  KeyReader reader(key);
  EXPECT_EQ(reader.U16(), 7);
  EXPECT_EQ(reader.TakeId<RowId>(), id);
  EXPECT_EQ(reader.Text(), std::string("x\0y", 3));
  EXPECT_EQ(reader.DescendingStamp(), KnownStamp::FromRaw(42));
  EXPECT_TRUE(reader.Done());
}

TEST(Key, TellsAMalformedKey) {
  for (const std::string& bytes :
       {std::string("\x01"), std::string("abc"), std::string("a\0\x02", 3)}) {
    KeyReader reader(bytes);
    reader.Text();
    EXPECT_FALSE(reader.Done());
  }
  KeyReader trailing(absl::string_view("\0\x01", 2));
  EXPECT_FALSE(trailing.Done());
}

TEST(PrefixEnd, IsTheFirstKeyAfterThePrefix) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd("a\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff\xff"), "");
  EXPECT_EQ(PrefixEnd(""), "");
}

}  // namespace
}  // namespace rollcall::collector
