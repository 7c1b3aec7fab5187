// The power goes at random moments, and with it what was not synced: nothing
// that was acknowledged is lost, no batch is there by half, and the store
// opens.
//
// ROLLCALL_POWER_LOSSES sets how often.
#include <filesystem>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "collector/storage/rocksdb_engine.h"
#include "tests/faults/fault_options.h"
#include "tests/faults/store_oracle.h"
#include "tests/faults/unsynced_disk.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::testing {
namespace {

using collector::Batch;
using collector::Durability;
using collector::Engine;

// Small, so that tables and logs come and go all the time.
constexpr size_t kWriteBufferBytes = 256 << 10;
constexpr uint64_t kMostBatches = 60;
constexpr uint64_t kBufferedOneOf = 3;

class PowerLossTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Engine>> Open(const std::string& name,
                                               rocksdb::Env* env) const {
    collector::RocksDbOptions options;
    options.path = dir_.File(name);
    options.write_buffer_bytes = kWriteBufferBytes;
    options.env = env;
    return OpenRocksDb(options);
  }

  // Writes a few batches, of which some are not synced; a sync takes those
  // before it along.
  void WriteSome(Engine& engine) {
    for (uint64_t i = random_.Next64() % kMostBatches + 1; i > 0; --i) {
      StoreOracle next = oracle_.back();
      const Batch batch = next.NextBatch(random_);
      const bool buffered = random_.Next64() % kBufferedOneOf == 0;
      ASSERT_OK(engine.Write(
          batch, buffered ? Durability::kBuffered : Durability::kSynced));
      next.Apply(batch);
      if (!buffered) oracle_.clear();
      oracle_.push_back(std::move(next));
    }
  }

  // Whether the store is as it was after the last sync, or after any batch
  // since.
  absl::Status Compare(const Engine& engine) const {
    absl::Status compared;
    for (auto at = oracle_.rbegin(); at != oracle_.rend(); ++at) {
      compared = at->Compare(engine);
      if (compared.ok()) break;
    }
    return compared;
  }

  const TempDir dir_;
  FakeRandom random_{FaultSeed()};
  const std::shared_ptr<UnsyncedDisk> disk_ = std::make_shared<UnsyncedDisk>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  // What the store holds after the last sync, and after each batch since.
  std::vector<StoreOracle> oracle_;
};

TEST_F(PowerLossTest, LosesNothingThatWasSyncedAndKeepsBatchesWhole) {
  const int64_t losses = FaultOption("ROLLCALL_POWER_LOSSES", 20);
  ASSERT_OK_AND_ASSIGN(const auto engine, Open("store", env_.get()));
  oracle_.emplace_back(*engine);
  for (int64_t loss = 0; loss < losses; ++loss) {
    SCOPED_TRACE(loss);
    ASSERT_NO_FATAL_FAILURE(WriteSome(*engine));
    const std::string name = absl::StrCat("found-", loss);
    disk_->CopyAfterPowerLoss(dir_.File("store"), dir_.File(name), random_);
    ASSERT_OK_AND_ASSIGN(const auto found, Open(name, nullptr));
    ASSERT_OK(Compare(*found));
    std::filesystem::remove_all(dir_.File(name));
  }
  std::cout << losses << " losses of power, " << oracle_.back().entries()
            << " entries: none lost\n";
}

TEST_F(PowerLossTest, TheDiskTakesWhatWasNotSynced) {
  ASSERT_OK_AND_ASSIGN(const auto engine, Open("store", env_.get()));
  int lost = 0;
  for (int i = 0; i < 20; ++i) {
    Batch batch;
    batch.Put(collector::TableId::kRow, absl::StrCat(i), "value");
    ASSERT_OK(engine->Write(batch, Durability::kBuffered));
    const std::string name = absl::StrCat("found-", i);
    disk_->CopyAfterPowerLoss(dir_.File("store"), dir_.File(name), random_);
    ASSERT_OK_AND_ASSIGN(const auto found, Open(name, nullptr));
    ASSERT_OK_AND_ASSIGN(const auto value,
                         found->Get(collector::TableId::kRow, absl::StrCat(i)));
    if (!value.has_value()) ++lost;
  }
  EXPECT_GT(lost, 5);
}

}  // namespace
}  // namespace rollcall::testing
