// A flipped bit or a cut in every kind of file of a store, or a log that is
// missing: each is found out, or does no harm; no answer is silently wrong.
//
// ROLLCALL_FAULT_PLACES sets in how many random places each kind of file is
// damaged in each way.
#include <filesystem>
#include <iostream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "collector/storage/rocksdb_damage.h"
#include "collector/storage/rocksdb_engine.h"
#include "tests/faults/damage.h"
#include "tests/faults/fault_options.h"
#include "tests/faults/store_oracle.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::testing {
namespace {

namespace fs = std::filesystem;
using collector::Engine;
using collector::OpenRocksDb;
using collector::RocksDbOptions;

// Small memtables, so that there are tables on several levels and several
// write-ahead logs.
constexpr size_t kWriteBufferBytes = 256 << 10;
constexpr int kBatches = 1'400;

absl::StatusOr<std::unique_ptr<Engine>> Open(const std::string& path) {
  RocksDbOptions options;
  options.path = path;
  options.write_buffer_bytes = kWriteBufferBytes;
  return OpenRocksDb(options);
}

// A store as a killed collector leaves it, and what is in it.
class SampleStore {
 public:
  SampleStore() {
    FakeRandom random(FaultSeed());
    auto engine = Open(path());
    EXPECT_OK(engine);
    oracle_.emplace(**engine);
    for (int i = 0; i < kBatches; ++i) {
      const collector::Batch batch = oracle_->NextBatch(random);
      EXPECT_OK((*engine)->Write(batch, collector::Durability::kSynced));
      oracle_->Apply(batch);
    }
  }

  std::string path() const { return dir_.File("store"); }
  const StoreOracle& oracle() const { return *oracle_; }

  // The names of its files of this kind, sorted.
  std::vector<std::string> Files(const FileKind& kind) const {
    return FilesOf(path(), kind);
  }

  // Makes `copy` the same store. RocksDB replaces files and does not write into
  // old ones, so that they can be shared; the damaged one is its own.
  void LinkTo(const std::string& copy, const std::string& damaged) const {
    fs::create_directory(copy);
    for (const auto& file : fs::directory_iterator(path())) {
      const std::string name = file.path().filename();
      const fs::path to = fs::path(copy) / name;
      if (name == damaged || name == "ACKNOWLEDGED") {
        fs::copy_file(file.path(), to);
      } else {
        fs::create_hard_link(file.path(), to);
      }
    }
  }

 private:
  const TempDir dir_;
  std::optional<StoreOracle> oracle_;
};

// Made once: all tests only read it.
class SampleEnvironment final : public ::testing::Environment {
 public:
  void SetUp() override { sample = std::make_unique<SampleStore>(); }
  void TearDown() override { sample.reset(); }

  static std::unique_ptr<SampleStore> sample;
};
std::unique_ptr<SampleStore> SampleEnvironment::sample;
const ::testing::Environment* const kSampleEnvironment =
    ::testing::AddGlobalTestEnvironment(new SampleEnvironment);

const SampleStore& Sample() { return *SampleEnvironment::sample; }

struct Outcomes {
  int right = 0;
  int refused = 0;
  int data_loss = 0;
};

// Opens the damaged store and asks it for everything.
void Judge(const std::string& path, const std::string& damaged,
           Outcomes& outcomes) {
  const auto is_told =
      StatusIs(absl::StatusCode::kDataLoss,
               ::testing::AllOf(::testing::HasSubstr(damaged),
                                ::testing::HasSubstr("backup")));
  const auto engine = Open(path);
  if (!engine.ok()) {
    ++outcomes.refused;
    EXPECT_THAT(engine, is_told);
    return;
  }
  const absl::Status answers = Sample().oracle().Compare(**engine);
  if (answers.ok()) {
    ++outcomes.right;
  } else {
    ++outcomes.data_loss;
    EXPECT_THAT(answers, is_told);
  }
}

using CorruptionTest = ::testing::TestWithParam<std::tuple<FileKind, Damage>>;

TEST_P(CorruptionTest, IsFoundOutOrDoesNoHarm) {
  const auto [kind, damage] = GetParam();
  const auto files = Sample().Files(kind);
  ASSERT_FALSE(files.empty());
  const TempDir dir;
  FakeRandom random(FaultSeed() + (damage == Damage::kCut ? 1 : 0));
  Outcomes outcomes;
  const int64_t places = FaultOption("ROLLCALL_FAULT_PLACES", 6);
  for (int64_t place = 0; place < places; ++place) {
    const std::string& name = files[random.Next64() % files.size()];
    const std::string copy = dir.File(absl::StrCat(place));
    Sample().LinkTo(copy, name);
    SCOPED_TRACE(Harm(absl::StrCat(copy, "/", name), damage, random));
    Judge(copy, name, outcomes);
    // What the first opening left behind is no less honest.
    if (place % 4 == 0) Judge(copy, name, outcomes);
    fs::remove_all(copy);
  }
  std::cout << kind.name << (damage == Damage::kCut ? ", cut: " : ", bit: ")
            << outcomes.right << " right, " << outcomes.refused
            << " refused to open, " << outcomes.data_loss << " DATA_LOSS\n";
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, CorruptionTest,
    ::testing::Combine(::testing::ValuesIn(kFileKinds),
                       ::testing::Values(Damage::kFlippedBit, Damage::kCut)),
    [](const auto& test) {
      return absl::StrCat(
          std::get<0>(test.param).name,
          std::get<1>(test.param) == Damage::kCut ? "Cut" : "Bit");
    });

constexpr FileKind kTable = kFileKinds[0];
constexpr FileKind kLog = kFileKinds[1];
constexpr FileKind kManifest = kFileKinds[2];

TEST(Corruption, AStoreWithoutItsCurrentFileIsNotTakenForANewOne) {
  const TempDir dir;
  const std::string copy = dir.File("copy");
  Sample().LinkTo(copy, "");
  fs::remove(fs::path(copy) / "CURRENT");
  EXPECT_THAT(Open(copy), StatusIs(absl::StatusCode::kDataLoss,
                                   ::testing::HasSubstr("CURRENT")));
  EXPECT_TRUE(fs::exists(fs::path(copy) / Sample().Files(kTable).front()));
}

// Older logs among them, which others follow.
TEST(Corruption, EveryMissingLogIsFoundOutOrDoesNoHarm) {
  const TempDir dir;
  Outcomes outcomes;
  for (const std::string& log : Sample().Files(kLog)) {
    SCOPED_TRACE(log);
    const std::string copy = dir.File("copy");
    Sample().LinkTo(copy, "");
    fs::remove(fs::path(copy) / log);
    Judge(copy, log, outcomes);
    Judge(copy, log, outcomes);
    fs::remove_all(copy);
  }
  EXPECT_GT(outcomes.refused, 2);
  std::cout << "Log, missing: " << outcomes.right << " right, "
            << outcomes.refused << " refused to open, " << outcomes.data_loss
            << " DATA_LOSS\n";
}

// Where a table's properties are damaged RocksDB may name the MANIFEST.
TEST(Corruption, OfATablesEndIsFoundInThatTable) {
  constexpr uint64_t kEnd = 1'000;
  const std::string name = Sample().Files(kTable).back();
  const TempDir dir;
  const std::string copy = dir.File("copy");
  Sample().LinkTo(copy, name);
  const std::string file = absl::StrCat(copy, "/", name);
  const uint64_t size = fs::file_size(file);
  EXPECT_EQ(collector::DamagedFile(copy), "");
  int found = 0;
  for (uint64_t back = 1; back <= kEnd; back += 3) {
    SCOPED_TRACE(FlipBit(file, size - back, 4));
    const std::string damaged = collector::DamagedFile(copy);
    EXPECT_THAT(damaged, ::testing::AnyOf(file, ""));
    if (!damaged.empty()) ++found;
    FlipBit(file, size - back, 4);
  }
  // Not every byte says something.
  EXPECT_GT(found, 250);
}

// A crash while a table is written leaves a part of it.
TEST(Corruption, OfAManifestIsNotTakenForThatOfATableNobodyNeeds) {
  const std::string manifest = Sample().Files(kManifest).back();
  const TempDir dir;
  const std::string copy = dir.File("copy");
  Sample().LinkTo(copy, manifest);
  dir.Write("copy/999999.sst", "the beginning of a table");
  FlipBit(absl::StrCat(copy, "/", manifest), 100, 1);
  EXPECT_THAT(Open(copy), StatusIs(absl::StatusCode::kDataLoss,
                                   ::testing::HasSubstr(manifest)));
  EXPECT_THAT(collector::DamagedFile(copy), ::testing::HasSubstr(manifest));
}

TEST(Corruption, TheSampleHasSeveralTablesAndLogs) {
  EXPECT_GT(Sample().Files(kTable).size(), 3U);
  EXPECT_GT(Sample().Files(kLog).size(), 1U);
  EXPECT_GT(Sample().oracle().entries(), 1'000U);
}

}  // namespace
}  // namespace rollcall::testing
