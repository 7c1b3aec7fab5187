// Reads that wait for no disk, on real files.
#include "collector/storage/memory_reads.h"

#include <gmock/gmock.h>

#include <thread>

#include "collector/storage/rocksdb_engine.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;

class MemoryReadsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RocksDbOptions options;
    options.path = dir_.File("store");
    {
      ASSERT_OK_AND_ASSIGN(const auto engine, OpenRocksDb(options));
      Batch batch;
      batch.Put(TableId::kShard, "key", "value");
      ASSERT_OK(engine->Write(batch, Durability::kSynced));
    }
    // Nothing of this table is read while a store opens.
    ASSERT_OK_AND_ASSIGN(engine_, OpenRocksDb(options));
  }

  absl::StatusOr<std::optional<std::string>> Get() const {
    return engine_->Get(TableId::kShard, "key");
  }

  const testing::TempDir dir_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(MemoryReadsTest, FailWhereOnlyTheDiskHasWhatIsAskedFor) {
  const MemoryReads no_disk;
  EXPECT_TRUE(IsNotInMemory(Get().status()));
  EXPECT_TRUE(
      IsNotInMemory(engine_->MultiGet(TableId::kShard, {"key"}).status()));
  const auto cursor = engine_->Scan(TableId::kShard, "key", "kez");
  EXPECT_FALSE(cursor->Valid());
  EXPECT_TRUE(IsNotInMemory(cursor->status()));
}

TEST_F(MemoryReadsTest, FindWhatWasReadBefore) {
  ASSERT_THAT(Get(), IsOkAndHolds(Optional(Eq("value"))));
  const MemoryReads no_disk;
  EXPECT_THAT(Get(), IsOkAndHolds(Optional(Eq("value"))));
  EXPECT_THAT(engine_->MultiGet(TableId::kShard, {"key"}),
              IsOkAndHolds(ElementsAre(Optional(Eq("value")))));
}

TEST_F(MemoryReadsTest, FindWhatWasWrittenJustNow) {
  Batch batch;
  batch.Put(TableId::kShard, "key", "other");
  ASSERT_OK(engine_->Write(batch, Durability::kSynced));
  const MemoryReads no_disk;
  EXPECT_THAT(Get(), IsOkAndHolds(Optional(Eq("other"))));
}

TEST_F(MemoryReadsTest, AreThoseOfTheirThreadAlone) {
  const MemoryReads no_disk;
  bool others = true;
  std::thread([&others] { others = MemoryReads::Apply(); }).join();
  EXPECT_FALSE(others);
}

TEST_F(MemoryReadsTest, EndWithTheOutermost) {
  {
    const MemoryReads outer;
    { const MemoryReads inner; }
    EXPECT_TRUE(IsNotInMemory(Get().status()));
  }
  EXPECT_THAT(Get(), IsOkAndHolds(Optional(Eq("value"))));
}

TEST(IsNotInMemory, IsNoWordForADiskThatFails) {
  EXPECT_TRUE(IsNotInMemory(NotInMemoryError("reading")));
  EXPECT_FALSE(IsNotInMemory(absl::UnavailableError("the disk fails")));
  EXPECT_FALSE(IsNotInMemory(absl::OkStatus()));
}

}  // namespace
}  // namespace rollcall::collector
