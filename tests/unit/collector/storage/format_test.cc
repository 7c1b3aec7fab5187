// FORMAT.md says what is on disk; this holds it to that, byte for byte. A test
// that fails here means that stores in use can no longer be read.
#include "absl/strings/escaping.h"
#include "collector/storage/key.h"
#include "collector/storage/schema.h"
#include "collector/storage/shard.h"
#include "common/file.h"
#include "gmock/gmock.h"
#include "tests/support/process.h"

namespace rollcall::collector {
namespace {

using ::testing::HasSubstr;

std::string Hex(KeyWriter& writer) {
  return absl::BytesToHexString(writer.Take());
}

TEST(Format, KeyPartsHaveTheseBytes) {
  KeyWriter writer;
  EXPECT_EQ(Hex(writer.U16(7)), "0007");
  EXPECT_EQ(Hex(writer.U32(258)), "00000102");
  EXPECT_EQ(Hex(writer.U64(258)), "0000000000000102");
  EXPECT_EQ(Hex(writer.Text("ab")), "61620001");
  EXPECT_EQ(Hex(writer.Text(absl::string_view("\0", 1))), "00ff0001");
  EXPECT_EQ(Hex(writer.DescendingStamp(KnownStamp::FromRaw(1))),
            "fffffffffffffffe");
}

TEST(Format, ASubjectsKeyStartsWithItsShard) {
  const auto subject = *SubjectId::FromHex("041122334455667788990a0b0c0d0e0f");
  KeyWriter writer;
  SubjectKey{subject}.Encode(writer);
  EXPECT_EQ(Hex(writer), "0011041122334455667788990a0b0c0d0e0f");
}

TEST(Format, EveryTableIsDescribed) {
  const auto text = ReadFile(
      rollcall::testing::SourcePath("collector/storage/FORMAT.md"), 1 << 20);
  ASSERT_TRUE(text.ok());
  for (const TableSpec& table : AllTables()) {
    EXPECT_THAT(*text, HasSubstr("`" + std::string(table.name) + "`"));
  }
}

}  // namespace
}  // namespace rollcall::collector
