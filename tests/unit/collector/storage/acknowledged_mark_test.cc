// The note of how far a store came, and reading its logs by it.
#include "collector/storage/acknowledged_mark.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "collector/storage/log_extent.h"
#include "collector/storage/rocksdb_engine.h"
#include "common/file.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::collector {
namespace {

namespace fs = std::filesystem;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kWrites = 100;

class AcknowledgedMarkTest : public ::testing::Test {
 protected:
  // A closed store of so many acknowledged writes.
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(const auto engine, Open());
    for (int i = 0; i < kWrites; ++i) {
      Batch batch;
      batch.Put(TableId::kShard, absl::StrCat(i), std::string(1'000, 'v'));
      ASSERT_OK(engine->Write(batch, Durability::kSynced));
    }
  }

  absl::StatusOr<std::unique_ptr<Engine>> Open() const {
    RocksDbOptions options;
    options.path = Path();
    return OpenRocksDb(options);
  }

  std::string Path() const { return dir_.File("store"); }

  // The only file that ends so.
  std::string Only(const std::string& end) const {
    std::vector<std::string> paths;
    for (const auto& file : fs::directory_iterator(Path())) {
      const std::string path = file.path();
      if (path.ends_with(end)) paths.push_back(path);
    }
    EXPECT_EQ(paths.size(), 1U);
    return paths.front();
  }

  void Replace(const std::string& path, size_t at, char byte) const {
    std::string content = ReadFile(path, 1 << 24).value();
    content[at] = byte;
    dir_.Write(fs::relative(path, dir_.path()).string(), content);
  }

  const TempDir dir_;
};

TEST_F(AcknowledgedMarkTest, ALogEndsWithTheLastChange) {
  ASSERT_OK_AND_ASSIGN(const LogExtent extent,
                       ReadLogExtent(Only(".log"), LogChecksums::kVerified));
  // The schema's version was the first.
  EXPECT_EQ(extent.last_sequence, kWrites + 1U);
  EXPECT_EQ(extent.bytes, fs::file_size(Only(".log")));
}

TEST_F(AcknowledgedMarkTest, ALogEndsBeforeARecordThatDoesNotMatch) {
  Replace(Only(".log"), fs::file_size(Only(".log")) - 1, 'w');
  ASSERT_OK_AND_ASSIGN(const LogExtent matching,
                       ReadLogExtent(Only(".log"), LogChecksums::kVerified));
  EXPECT_EQ(matching.last_sequence, kWrites);
  ASSERT_OK_AND_ASSIGN(const LogExtent all, ReadLogExtent(Only(".log")));
  EXPECT_EQ(all.last_sequence, kWrites + 1U);
}

TEST_F(AcknowledgedMarkTest, AWholeStorePasses) {
  const auto asked = []() -> absl::StatusOr<uint64_t> {
    return absl::InternalError("no log is missing");
  };
  EXPECT_OK(CheckAcknowledged(Path(), asked));
  EXPECT_OK(Open());
}

TEST_F(AcknowledgedMarkTest, ALogCutBetweenTwoRecordsIsFoundOut) {
  const std::string log = Only(".log");
  // A record of a kilobyte and its header are gone, to the byte.
  for (uint64_t size = fs::file_size(log) - 900;; --size) {
    fs::resize_file(log, size);
    ASSERT_OK_AND_ASSIGN(const LogExtent extent, ReadLogExtent(log));
    if (extent.bytes == size) break;
  }
  EXPECT_THAT(Open(),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr(log), HasSubstr("acknowledged"))));
  // Nothing was touched, so that somebody can still look.
  EXPECT_TRUE(fs::exists(log));
}

TEST_F(AcknowledgedMarkTest, AMissingLogIsFoundOut) {
  const std::string log = Only(".log");
  fs::remove(log);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                                 AllOf(HasSubstr(log), HasSubstr("missing"),
                                       HasSubstr("delete"))));
  }
  fs::remove(Only("ACKNOWLEDGED"));
  EXPECT_OK(Open());
}

TEST_F(AcknowledgedMarkTest, ALogWhoseChangesAreInTablesMayBeMissing) {
  // The first opening brings them into tables; the older note stays true.
  const std::string log = Only(".log");
  const std::string note = ReadFile(Only("ACKNOWLEDGED"), 4'096).value();
  EXPECT_OK(Open());
  ASSERT_FALSE(fs::exists(log));
  dir_.Write("store/ACKNOWLEDGED", note);
  ASSERT_OK_AND_ASSIGN(const auto engine, Open());
  EXPECT_THAT(engine->Get(TableId::kShard, absl::StrCat(kWrites - 1)),
              testing::IsOkAndHolds(::testing::Ne(std::nullopt)));
}

TEST_F(AcknowledgedMarkTest, ARecordOfARecycledLogIsNotItsEnd) {
  // The type of the first record: 5 is "whole, of a recycled log".
  Replace(Only(".log"), 6, 5);
  EXPECT_THAT(Open(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(Only(".log"))));
}

TEST_F(AcknowledgedMarkTest, ACutManifestIsFoundOut) {
  std::string manifest;
  for (const auto& file : fs::directory_iterator(Path())) {
    const std::string name = file.path().filename();
    if (name.starts_with("MANIFEST-")) manifest = file.path();
  }
  fs::resize_file(manifest, fs::file_size(manifest) - 1);
  EXPECT_THAT(Open(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(manifest)));
}

TEST_F(AcknowledgedMarkTest, ABlankInWhatCurrentNamesIsCurrentsFault) {
  // "MANIFEST-000005" and the like: the first digit.
  Replace(Only("CURRENT"), 9, ' ');
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               HasSubstr(Only("CURRENT"))));
}

TEST_F(AcknowledgedMarkTest, TheLossCanBeAcceptedByDeletingTheNote) {
  fs::resize_file(Only(".log"), fs::file_size(Only(".log")) - 1);
  ASSERT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               HasSubstr("delete " + Only("ACKNOWLEDGED"))));
  fs::remove(Only("ACKNOWLEDGED"));
  ASSERT_OK_AND_ASSIGN(const auto engine, Open());
  EXPECT_THAT(engine->Get(TableId::kShard, absl::StrCat(kWrites - 1)),
              testing::IsOkAndHolds(::testing::Eq(std::nullopt)));
}

TEST_F(AcknowledgedMarkTest, ADamagedNoteKeepsNoStoreFromOpening) {
  Replace(Only("ACKNOWLEDGED"), 20, '\x7f');
  EXPECT_OK(Open());
}

TEST(Acknowledged, ComesBackFromItsBytes) {
  const Acknowledged state = {7, 4711, {{3, 100}, {9, 250}}};
  // A longer note may have stood there before.
  ASSERT_OK_AND_ASSIGN(
      const Acknowledged read,
      DecodeAcknowledged(EncodeAcknowledged(state) + "leftovers"));
  EXPECT_EQ(read.manifest_number, 7U);
  EXPECT_EQ(read.manifest_bytes, 4711U);
  ASSERT_EQ(read.logs.size(), 2U);
  EXPECT_EQ(read.logs[1].number, 9U);
  EXPECT_EQ(read.logs[1].sequence, 250U);
}

TEST(Acknowledged, IsRefusedWithAnyBitFlippedOrAnyByteMissing) {
  const std::string bytes = EncodeAcknowledged({7, 4711, {{3, 100}}});
  for (size_t at = 0; at < bytes.size(); ++at) {
    EXPECT_THAT(DecodeAcknowledged(absl::string_view(bytes).substr(0, at)),
                StatusIs(absl::StatusCode::kDataLoss));
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      EXPECT_THAT(DecodeAcknowledged(flipped),
                  StatusIs(absl::StatusCode::kDataLoss));
    }
  }
}

}  // namespace
}  // namespace rollcall::collector
