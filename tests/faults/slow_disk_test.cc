// A disk that takes long to sync, or does not come back: check-ins of machines
// that did not change are answered meanwhile, what waits is bounded, and those
// who find no room are asked to come back, not left waiting.
//
// ROLLCALL_SLOW_ROUNDS sets how often every agent brings a change to the slow
// disk.
#include "tests/faults/slow_disk.h"

#include <iostream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "collector/storage/rocksdb_engine.h"
#include "tests/faults/fault_options.h"
#include "tests/faults/local_collector.h"
#include "tests/faults/quiet_agent.h"
#include "tests/faults/small_fleet.h"
#include "tests/support/percentile.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/swarm/swarm_client.h"

namespace rollcall::testing {
namespace {

// More than there is room for at once.
constexpr int kAgents = 32;
constexpr size_t kMostWaiting = 6;
constexpr int kCheckIns = 20;
constexpr absl::Duration kSync = absl::Milliseconds(200);
// Those who are turned away come back as soon.
constexpr absl::Duration kPause = absl::Milliseconds(300);
constexpr absl::Duration kTimeout = absl::Seconds(120);

class SlowDiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    collector::RocksDbOptions store;
    store.path = dir_.File("store");
    store.env = env_.get();
    ASSERT_OK_AND_ASSIGN(engine_, OpenRocksDb(store));
    collector_.emplace(*engine_, clock_,
                       LocalCollectorBounds{kMostWaiting, kMostWaiting});
    ASSERT_OK(collector_->Start(pki_));
    // First, since there is no room for all later.
    quiet_.emplace(collector_->port(), pki_.Agent());
    ASSERT_OK(quiet_->Begin());
    for (int i = 0; i < kAgents; ++i) credentials_.push_back(pki_.Agent());
    swarm_ = std::make_unique<swarm::SwarmClient>(fleet_, credentials_,
                                                  BusyEvery(kPause));
    swarm_->Release(collector_->port());
    ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout));
  }

  void TearDown() override {
    disk_->SlowDown(absl::ZeroDuration());
    disk_->Release();
    quiet_.reset();
    swarm_.reset();
  }

  // The median of how long the quiet agent waits for its answers.
  absl::Duration MedianCheckIn() {
    std::vector<absl::Duration> times;
    for (int i = 0; i < kCheckIns; ++i) {
      const auto took = quiet_->CheckIn();
      EXPECT_OK(took);
      times.push_back(took.value_or(absl::InfiniteDuration()));
    }
    return Percentile(times, 50);
  }

  void ExpectNothingIsLost() {
    swarm_->Disconnect();
    ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
    quiet_.reset();
    collector_->Stop();
    for (const swarm::Standing& standing : swarm_->Standings()) {
      ASSERT_OK_AND_ASSIGN(
          const std::optional<RootId> root,
          collector_->RootOf(AgentIdOf(credentials_[standing.host])));
      ASSERT_TRUE(root.has_value()) << standing.host;
      EXPECT_THAT(*root,
                  ::testing::AnyOf(RootAt(standing.host, standing.acknowledged),
                                   RootAt(standing.host, standing.said)))
          << standing.host;
    }
    EXPECT_OK(swarm_->health());
  }

  RootId RootAt(uint32_t host, swarm::HostTime time) const {
    return fleet_.ReportOf(host, time)->subject_root;
  }

  const TempDir dir_;
  const TestPki pki_;
  const SystemClock clock_{};
  const std::shared_ptr<SlowDisk> disk_ = std::make_shared<SlowDisk>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  std::unique_ptr<collector::Engine> engine_;
  const swarm::FleetGenerator fleet_{SmallMachines()};
  std::vector<TlsCredentials> credentials_;
  std::optional<LocalCollector> collector_;
  std::unique_ptr<swarm::SwarmClient> swarm_;
  std::optional<QuietAgent> quiet_;
};

TEST_F(SlowDiskTest, OneSlowSyncServesManyAndCheckInsDoNotWaitForIt) {
  const int64_t rounds = FaultOption("ROLLCALL_SLOW_ROUNDS", 1);
  disk_->SlowDown(kSync);
  disk_->AwaitHeld();
  const collector::CommitterStats before = collector_->commits();
  const absl::Duration check_in = MedianCheckIn();
  for (int64_t i = 0; i < rounds; ++i) {
    ASSERT_TRUE(swarm_->AwaitAcknowledgements(kAgents, kTimeout));
  }
  const collector::CommitterStats after = collector_->commits();
  EXPECT_LT(check_in, kSync / 2);
  EXPECT_GT(after.changes - before.changes, 3 * (after.groups - before.groups));
  EXPECT_LE(after.queue, kMostWaiting);
  disk_->SlowDown(absl::ZeroDuration());
  ASSERT_NO_FATAL_FAILURE(ExpectNothingIsLost());
  std::cout << "syncs of " << absl::ToInt64Milliseconds(kSync)
            << " ms: unchanged check-ins are answered in "
            << absl::ToInt64Microseconds(check_in) << " us, "
            << after.changes - before.changes << " changes in "
            << after.groups - before.groups << " syncs\n";
}

TEST_F(SlowDiskTest, OfADiskThatHangsThoseWithoutRoomAreToldToComeBack) {
  disk_->Hold();
  disk_->AwaitHeld();
  const int64_t stored = collector_->commits().changes;
  // More than there is room for, again and again.
  ASSERT_TRUE(swarm_->AwaitTurnedAway(2 * kAgents, kTimeout));
  EXPECT_LE(collector_->commits().queue, kMostWaiting);
  for (int i = 0; i < kCheckIns; ++i) EXPECT_OK(quiet_->CheckIn());
  // None of that waited for the disk: it still hangs.
  EXPECT_EQ(collector_->commits().changes, stored);
  disk_->Release();
  EXPECT_TRUE(swarm_->AwaitAllSynced(kTimeout));
  ASSERT_NO_FATAL_FAILURE(ExpectNothingIsLost());
}

}  // namespace
}  // namespace rollcall::testing
