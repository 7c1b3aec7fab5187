// The power goes at random moments, and with it what was not synced: nothing
// that was acknowledged is lost, no batch is there by half, and the store
// opens.
//
// ROLLCALL_POWER_LOSSES sets how often.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <vector>

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
// Stores grow; then another is begun.
constexpr int64_t kLossesPerStore = 25;

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
      Batch batch = latest_->NextBatch(random_);
      const bool buffered = random_.Next64() % kBufferedOneOf == 0;
      ASSERT_OK(engine.Write(
          batch, buffered ? Durability::kBuffered : Durability::kSynced));
      latest_->Apply(batch);
      unsynced_.push_back(std::move(batch));
      if (buffered) continue;
      for (const Batch& synced : unsynced_) synced_->Apply(synced);
      unsynced_.clear();
    }
  }

  // Whether the store is as it was after the last sync, or after any batch
  // since.
  absl::Status Compare(const Engine& engine) const {
    StoreOracle oracle = *synced_;
    absl::Status compared = oracle.Compare(engine);
    for (const Batch& batch : unsynced_) {
      if (compared.ok()) break;
      oracle.Apply(batch);
      compared = oracle.Compare(engine);
    }
    return compared;
  }

  // Loses the power over the open store, and opens what is left.
  void CheckWhatIsFound(const std::string& store) {
    const std::string found = store + "-found";
    disk_->CopyAfterPowerLoss(dir_.File(store), dir_.File(found), random_);
    {
      ASSERT_OK_AND_ASSIGN(const auto reopened, Open(found, nullptr));
      ASSERT_OK(Compare(*reopened));
    }
    std::filesystem::remove_all(dir_.File(found));
  }

  // Loses the power over a new store so many times.
  void LosePower(const std::string& store, int64_t times) {
    ASSERT_OK_AND_ASSIGN(const auto engine, Open(store, env_.get()));
    synced_.emplace(*engine);
    latest_ = synced_;
    unsynced_.clear();
    for (int64_t loss = 0; loss < times; ++loss) {
      SCOPED_TRACE(absl::StrCat(store, ", loss ", loss));
      ASSERT_NO_FATAL_FAILURE(WriteSome(*engine));
      ASSERT_NO_FATAL_FAILURE(CheckWhatIsFound(store));
    }
  }

  const TempDir dir_;
  FakeRandom random_{FaultSeed()};
  const std::shared_ptr<UnsyncedDisk> disk_ = std::make_shared<UnsyncedDisk>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  // What the store holds after the last sync, the batches since, and all.
  std::optional<StoreOracle> synced_;
  std::vector<Batch> unsynced_;
  std::optional<StoreOracle> latest_;
};

TEST_F(PowerLossTest, LosesNothingThatWasSyncedAndKeepsBatchesWhole) {
  const int64_t losses = FaultOption("ROLLCALL_POWER_LOSSES", 20);
  for (int64_t done = 0; done < losses; done += kLossesPerStore) {
    ASSERT_NO_FATAL_FAILURE(
        LosePower(absl::StrCat("store-", done),
                  std::min(kLossesPerStore, losses - done)));
  }
  std::cout << losses << " losses of power: nothing synced was lost\n";
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
