#include "agent/sources/smbios.h"

#include <random>

#include "agent/sources/firmware.h"
#include "gmock/gmock.h"
#include "tests/fixtures/smbios_builder.h"
#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::SmbiosEndOfTable;
using ::rollcall::testing::SmbiosEntryPoint32;
using ::rollcall::testing::SmbiosEntryPoint64;
using ::rollcall::testing::SmbiosStructureBuilder;
using ::rollcall::testing::StatusIs;
using ::testing::Eq;
using ::testing::Optional;
using ::testing::SizeIs;

constexpr SmbiosEntryPoint kVersion3 = {.version = 0x0300};

TEST(SmbiosEntryPoint, ReadsAllThreeForms) {
  const auto wide = ParseSmbiosEntryPoint(SmbiosEntryPoint64(3, 2));
  ASSERT_OK(wide);
  EXPECT_EQ(wide->version, 0x0302);
  EXPECT_EQ(wide->structure_count, std::nullopt);
  const auto narrow = ParseSmbiosEntryPoint(SmbiosEntryPoint32(2, 8, 300));
  ASSERT_OK(narrow);
  EXPECT_EQ(narrow->version, 0x0208);
  EXPECT_THAT(narrow->structure_count, Optional(300));
  const auto legacy = ParseSmbiosEntryPoint(
      absl::string_view("_DMI_\0\0\0\0\0\0\0\x07\0\x21", 15));
  ASSERT_OK(legacy);
  EXPECT_EQ(legacy->version, 0x0201);
  EXPECT_THAT(legacy->structure_count, Optional(7));
}

TEST(SmbiosEntryPoint, CorrectsVersionsThatFirmwareMisstates) {
  EXPECT_EQ(ParseSmbiosEntryPoint(SmbiosEntryPoint32(2, 0x33, 1))->version,
            0x0206);
  EXPECT_EQ(ParseSmbiosEntryPoint(SmbiosEntryPoint32(2, 0x1f, 1))->version,
            0x0203);
}

TEST(SmbiosEntryPoint, RefusesWhatIsNone) {
  for (const std::string& bytes :
       {std::string(), std::string("_SM3_"), std::string("_SM_"),
        std::string(64, 'x'), SmbiosEntryPoint64(3, 2).substr(0, 0x17)}) {
    EXPECT_THAT(ParseSmbiosEntryPoint(bytes),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(SmbiosTable, IsTakenApartIntoStructures) {
  const std::string table =
      SmbiosStructureBuilder(1, 0x1234).Text(4, "Maker").Text(5, "B").Build() +
      SmbiosStructureBuilder(2).Byte(8, 0).Build() + SmbiosEndOfTable();
  const auto split = SplitSmbiosTable(kVersion3, table);
  EXPECT_FALSE(split.is_damaged);
  ASSERT_THAT(split.structures, SizeIs(3));
  EXPECT_EQ(split.structures[0].type(), 1);
  EXPECT_EQ(split.structures[0].handle(), 0x1234);
  EXPECT_THAT(split.structures[0].String(4), Optional(Eq("Maker")));
  EXPECT_THAT(split.structures[0].String(5), Optional(Eq("B")));
}

TEST(SmbiosTable, EndsAtItsEndWhateverFollows) {
  const std::string table = SmbiosStructureBuilder(1).Build() +
                            SmbiosEndOfTable() + std::string(100, '\0');
  const auto split = SplitSmbiosTable(kVersion3, table);
  EXPECT_FALSE(split.is_damaged);
  EXPECT_THAT(split.structures, SizeIs(2));
}

TEST(SmbiosTable, HasAsManyStructuresAsTheOldEntryPointSays) {
  const std::string one = SmbiosStructureBuilder(1).Build();
  const SmbiosEntryPoint two = {.version = 0x0204, .structure_count = 2};
  EXPECT_THAT(SplitSmbiosTable(two, one + one + one).structures, SizeIs(2));
  EXPECT_FALSE(SplitSmbiosTable(two, one + one + one).is_damaged);
  EXPECT_TRUE(SplitSmbiosTable(two, one).is_damaged);
  // One that announces too many still says where it ends.
  const SmbiosEntryPoint many = {.version = 0x0204, .structure_count = 9};
  EXPECT_FALSE(SplitSmbiosTable(many, one + SmbiosEndOfTable()).is_damaged);
}

TEST(SmbiosTable, KeepsWhatComesBeforeDamage) {
  const std::string good = SmbiosStructureBuilder(1).Text(4, "Maker").Build();
  for (const std::string& bad :
       {std::string("\x02\x03\x00\x00\x00\x00", 6),  // too short
        std::string("\x02\xff\x00\x00\x00\x00", 6),  // too long
        std::string("\x02\x04\x00\x00text", 8)}) {   // text without an end
    const auto split = SplitSmbiosTable(kVersion3, good + bad);
    EXPECT_TRUE(split.is_damaged);
    EXPECT_THAT(split.structures, SizeIs(1));
  }
}

TEST(SmbiosStructure, HasNoFieldBeyondItsEnd) {
  const std::string bytes = SmbiosStructureBuilder(1).Byte(5, 0xaa).Build();
  // The structure does not keep its bytes.
  const std::string cut = bytes.substr(0, 6);
  const SmbiosStructure s(cut, "");
  EXPECT_THAT(s.Byte(5), Optional(0xaa));
  EXPECT_EQ(s.Byte(6), std::nullopt);
  EXPECT_EQ(s.Word(5), std::nullopt);
  EXPECT_EQ(s.DoubleWord(3), std::nullopt);
  EXPECT_EQ(s.Bytes(4, 3), std::nullopt);
  EXPECT_EQ(s.String(6), std::nullopt);
}

TEST(SmbiosStructure, TellsAMissingTextFromNone) {
  const std::string bytes =
      SmbiosStructureBuilder(1).Byte(4, 0).Byte(5, 7).Build();
  const std::string cut = bytes.substr(0, 6);
  const SmbiosStructure s(cut, absl::string_view("one\0", 4));
  bool is_bad = false;
  EXPECT_EQ(s.String(4, &is_bad), std::nullopt);
  EXPECT_FALSE(is_bad);
  EXPECT_EQ(s.String(5, &is_bad), std::nullopt);
  EXPECT_TRUE(is_bad);
}

TEST(Smbios, SurvivesRandomBytes) {
  std::mt19937 random(2);
  int parsed = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string entry = random() % 2 == 0 ? SmbiosEntryPoint64(3, 0)
                                          : SmbiosEntryPoint32(2, 6, 9);
    std::string table(random() % 300, '\0');
    for (char& c : table) {
      // Small numbers make plausible types, lengths and text numbers.
      c = static_cast<char>(random() % 3 == 0 ? random() % 256 : random() % 20);
    }
    if (random() % 8 == 0) entry[random() % entry.size()] ^= 0x40;
    const auto facts = ParseFirmware(entry, table);
    if (facts.ok()) ++parsed;
  }
  EXPECT_GT(parsed, 15'000);
}

TEST(Smbios, SurvivesEveryTruncationOfAGoodTable) {
  std::string table;
  for (int type = 0; type < 20; ++type) {
    SmbiosStructureBuilder builder(type);
    builder.Byte(0x5b, 0).Text(4, "four").Text(5, "five").Text(0x10, "x");
    table += builder.Build();
  }
  table += SmbiosEndOfTable();
  ASSERT_OK(ParseFirmware(SmbiosEntryPoint64(3, 7), table));
  EXPECT_FALSE(ParseFirmware(SmbiosEntryPoint64(3, 7), table)->is_damaged);
  for (size_t size = 0; size < table.size(); ++size) {
    ASSERT_OK(ParseFirmware(SmbiosEntryPoint64(3, 7), table.substr(0, size)));
  }
}

}  // namespace
}  // namespace rollcall
