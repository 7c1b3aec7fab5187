// A table whose properties are damaged. RocksDB reads them of the first sixteen
// tables when it opens a store; over another it opens, and says of reading from
// it only that "properties" are "unsorted".
#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "collector/storage/rocksdb_engine.h"
#include "common/file.h"
#include "tests/faults/damage.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::testing {
namespace {

namespace fs = std::filesystem;
using collector::AllTables;
using collector::Engine;
using collector::TableId;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr FileKind kSorted = kFileKinds[0];
constexpr absl::string_view kKey = "key";
constexpr size_t kOpenedAtOnce = 16;

absl::StatusOr<std::unique_ptr<Engine>> OpenAt(const std::string& path) {
  collector::RocksDbOptions options;
  options.path = path;
  return collector::OpenRocksDb(options);
}

// One file for every table of ours: opening a store writes what its log holds
// into files.
void MakeStoreOfManyTables(const std::string& path) {
  {
    const auto engine = OpenAt(path);
    ASSERT_OK(engine);
    collector::Batch batch;
    for (const auto& table : AllTables()) {
      batch.Put(table.id, std::string(kKey), std::string(table.name));
    }
    ASSERT_OK((*engine)->Write(batch, collector::Durability::kSynced));
  }
  ASSERT_OK(OpenAt(path));
}

void DamageProperties(const std::string& table) {
  constexpr size_t kMaxBytes = 1 << 20;
  // The names after it, which share its start, then come before it.
  const size_t name = ReadFile(table, kMaxBytes).value().rfind("data.size");
  ASSERT_NE(name, std::string::npos);
  FlipBit(table, name, 4);
}

// How many of our tables say that they cannot be read, each in every way of
// reading and with the `file`; all others are right.
int CountDamaged(const Engine& engine, const std::string& file) {
  int damaged = 0;
  const auto is_told = StatusIs(absl::StatusCode::kDataLoss,
                                AllOf(HasSubstr(file), HasSubstr("backup")));
  for (const auto& table : AllTables()) {
    const auto value = engine.Get(table.id, kKey);
    if (value.ok()) {
      EXPECT_EQ(*value, table.name);
      continue;
    }
    ++damaged;
    SCOPED_TRACE(table.name);
    EXPECT_THAT(value, is_told);
    EXPECT_THAT(engine.MultiGet(table.id, {std::string(kKey)}), is_told);
    EXPECT_THAT(engine.Scan(table.id, "", "")->status(), is_told);
    EXPECT_THAT(engine.ReverseScan(table.id, "", "")->status(), is_told);
    EXPECT_THAT(engine.Snapshot()->Get(table.id, kKey), is_told);
  }
  return damaged;
}

TEST(DamagedProperties, AreToldWithTheirTableByOpeningOrByReading) {
  const TempDir dir;
  MakeStoreOfManyTables(dir.File("store"));
  const auto files = FilesOf(dir.File("store"), kSorted);
  ASSERT_GT(files.size(), kOpenedAtOnce);
  size_t told_by_opening = 0;
  size_t told_by_reading = 0;
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const std::string copy = dir.File("copy");
    fs::copy(dir.File("store"), copy);
    DamageProperties(absl::StrCat(copy, "/", file));
    if (const auto engine = OpenAt(copy); engine.ok()) {
      EXPECT_EQ(CountDamaged(**engine, file), 1);
      ++told_by_reading;
    } else {
      EXPECT_THAT(engine,
                  StatusIs(absl::StatusCode::kDataLoss,
                           AllOf(HasSubstr(file), HasSubstr("backup"))));
      ++told_by_opening;
    }
    fs::remove_all(copy);
  }
  // Opening reads one table of ours besides: the one that names the format.
  EXPECT_GT(told_by_opening, 0U);
  EXPECT_LE(told_by_opening, kOpenedAtOnce + 1);
  EXPECT_GT(told_by_reading, 0U);
}

}  // namespace
}  // namespace rollcall::testing
