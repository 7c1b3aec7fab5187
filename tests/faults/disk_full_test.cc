// A disk that fills up at random points: nothing crashes, nothing that was
// acknowledged is lost, agents are asked to come back, and all goes on by
// itself once there is room.
//
// ROLLCALL_FAULT_FILLINGS sets how often the disk of a store is filled, and
// half of it how often the disk of a collector is.
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "collector/storage/rocksdb_engine.h"
#include "tests/faults/fault_options.h"
#include "tests/faults/small_disk.h"
#include "tests/faults/store_oracle.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/swarm/auditor.h"
#include "tests/swarm/server_process.h"
#include "tests/swarm/swarm_client.h"

namespace rollcall::testing {
namespace {

using collector::Batch;
using collector::Durability;
using collector::Engine;
using ::testing::HasSubstr;

constexpr absl::Duration kTimeout = absl::Seconds(120);

int64_t Fillings() { return FaultOption("ROLLCALL_FAULT_FILLINGS", 4); }

// Mounts are made before any test starts a thread.
class OwnMounts final : public ::testing::Environment {
 public:
  void SetUp() override { entered = EnterOwnMounts(); }

  static absl::Status entered;
};
absl::Status OwnMounts::entered;
const ::testing::Environment* const kOwnMounts =
    ::testing::AddGlobalTestEnvironment(new OwnMounts);

class DiskFullTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!OwnMounts::entered.ok()) {
      GTEST_SKIP() << "a full disk is not tested here: "
                   << OwnMounts::entered.message();
    }
  }

  FakeRandom random_{FaultSeed()};
};

// --- the store alone, with no reserve: RocksDB meets the full disk ----------

class FullStoreTest : public DiskFullTest {
 protected:
  void SetUp() override {
    DiskFullTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_OK_AND_ASSIGN(disk_, SmallDisk::Mount(dir_.File("disk"), 24 << 20));
    ASSERT_OK_AND_ASSIGN(engine_, Open());
    oracle_.emplace(*engine_);
  }

  absl::StatusOr<std::unique_ptr<Engine>> Open() const {
    collector::RocksDbOptions options;
    options.path = dir_.File("disk/store");
    options.write_buffer_bytes = 512 << 10;
    options.reserve_bytes = 0;
    return OpenRocksDb(options);
  }

  // Writes until the disk is full.
  void WriteUntilItFails() {
    while (true) {
      const Batch batch = oracle_->NextBatch(random_);
      const absl::Status written = engine_->Write(batch, Durability::kSynced);
      if (!written.ok()) {
        ASSERT_THAT(written, StatusIs(absl::StatusCode::kUnavailable));
        failed_ = batch;
        return;
      }
      oracle_->Apply(batch);
    }
  }

  // Writes until it works, as agents that come back do.
  void AwaitRecovery() {
    const absl::Time end = absl::Now() + kTimeout;
    const Batch batch = oracle_->NextBatch(random_);
    absl::Status written;
    do {
      written = engine_->Write(batch, Durability::kSynced);
    } while (!written.ok() && absl::Now() < end);
    ASSERT_OK(written);
    oracle_->Apply(batch);
  }

  void Reopen() {
    engine_.reset();
    auto opened = Open();
    if (!opened.ok()) {
      EXPECT_THAT(opened, StatusIs(absl::StatusCode::kUnavailable));
      disk_->Release();
      opened = Open();
    }
    ASSERT_OK(opened);
    engine_ = *std::move(opened);
  }

  // What a failed write left in the log may come back, whole: it was not
  // acknowledged, and it is right.
  void CompareAfterReopening() {
    StoreOracle with_failed = *oracle_;
    with_failed.Apply(failed_);
    if (with_failed.Compare(*engine_).ok()) {
      oracle_ = with_failed;
    } else {
      ASSERT_OK(oracle_->Compare(*engine_));
    }
  }

  TempDir dir_;
  std::unique_ptr<SmallDisk> disk_;
  std::unique_ptr<Engine> engine_;
  std::optional<StoreOracle> oracle_;
  Batch failed_;
};

TEST_F(FullStoreTest, RefusesWritesAndGoesOnOnceThereIsRoom) {
  const int64_t fillings = Fillings();
  for (int64_t filling = 0; filling < fillings; ++filling) {
    SCOPED_TRACE(filling);
    disk_->Fill(random_.Next64() % (512 << 10));
    ASSERT_NO_FATAL_FAILURE(WriteUntilItFails());
    // What is not written is not there, and all else is.
    ASSERT_OK(oracle_->Compare(*engine_));
    if (filling % 4 == 3) {
      ASSERT_NO_FATAL_FAILURE(Reopen());
      ASSERT_NO_FATAL_FAILURE(CompareAfterReopening());
    }
    disk_->Release();
    ASSERT_NO_FATAL_FAILURE(AwaitRecovery());
    ASSERT_OK(oracle_->Compare(*engine_));
  }
  std::cout << fillings << " fillings of a store's disk, " << oracle_->entries()
            << " entries: none lost\n";
}

// --- the collector, with agents that stream ---------------------------------

constexpr int kAgents = 16;

swarm::FleetOptions SmallMachines() {
  swarm::FleetOptions options;
  options.image_rows = 40;
  options.catalogue_rows = 2'000;
  return options;
}

swarm::SwarmOptions Patient() {
  swarm::SwarmOptions options;
  options.pause = absl::Milliseconds(50);
  options.upgrade_one_of = 1;
  return options;
}

class FullCollectorTest : public DiskFullTest {
 protected:
  void SetUp() override {
    DiskFullTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_OK_AND_ASSIGN(disk_, SmallDisk::Mount(collector_.data(), 96 << 20));
    std::vector<TlsCredentials> credentials;
    credentials.reserve(kAgents);
    for (int i = 0; i < kAgents; ++i) credentials.push_back(pki_.Agent());
    swarm_ =
        std::make_unique<swarm::SwarmClient>(fleet_, credentials, Patient());
    ASSERT_OK(collector_.Start());
    swarm_->Release(collector_.agent_port());
    ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout));
  }

  void ExpectNothingIsLost() {
    swarm_->Disconnect();
    ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
    const swarm::Auditor auditor(collector_.admin_port(), admin_, fleet_);
    EXPECT_THAT(auditor.FindLost(swarm_->Standings()),
                IsOkAndHolds(::testing::IsEmpty()));
  }

  const TestPki pki_;
  const TlsCredentials admin_ = pki_.Admin("auditor");
  const swarm::FleetGenerator fleet_{SmallMachines()};
  swarm::ServerProcess collector_{BinaryPath("rollcall-collector"), pki_};
  std::unique_ptr<SmallDisk> disk_;
  std::unique_ptr<swarm::SwarmClient> swarm_;
};

TEST_F(FullCollectorTest, TurnsAgentsAwayAndTakesThemBackOnceThereIsRoom) {
  const int64_t fillings = std::max<int64_t>(1, Fillings() / 2);
  for (int64_t filling = 0; filling < fillings; ++filling) {
    SCOPED_TRACE(filling);
    ASSERT_TRUE(swarm_->AwaitAcknowledgements(
        static_cast<int64_t>(random_.Next64() % 100), kTimeout));
    disk_->Fill(0);
    ASSERT_TRUE(swarm_->AwaitTurnedAway(2 * kAgents, kTimeout));
    EXPECT_TRUE(collector_.running());
    // It still answers.
    EXPECT_THAT(
        swarm::Auditor(collector_.admin_port(), admin_, fleet_).Devices(),
        IsOkAndHolds(::testing::SizeIs(kAgents)));
    disk_->Release();
    ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout));
  }
  EXPECT_THAT(collector_.Log(), HasSubstr("is full"));
  ASSERT_NO_FATAL_FAILURE(ExpectNothingIsLost());
  EXPECT_OK(swarm_->health());
  EXPECT_EQ(collector_.Stop(), 0);
  std::cout << fillings << " fillings of a collector's disk: none lost\n";
}

TEST_F(FullCollectorTest, KilledOnAFullDiskLosesNothing) {
  disk_->Fill(0);
  ASSERT_TRUE(swarm_->AwaitTurnedAway(kAgents, kTimeout));
  swarm_->Hold();
  collector_.Kill();
  ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
  // It cannot start there, and says why.
  EXPECT_THAT(collector_.Start(),
              StatusIs(absl::StatusCode::kUnavailable,
                       ::testing::AnyOf(HasSubstr("No space left"),
                                        HasSubstr("is full"))));
  EXPECT_EQ(collector_.AwaitEnd(), 1);
  disk_->Release();
  ASSERT_OK(collector_.Start());
  ASSERT_NO_FATAL_FAILURE(ExpectNothingIsLost());
  swarm_->Release(collector_.agent_port());
  EXPECT_TRUE(swarm_->AwaitAllSynced(kTimeout));
}

}  // namespace
}  // namespace rollcall::testing
