// kill -9 of the collector while a swarm of agents streams changes: what was
// acknowledged is there afterwards, and the store opens by itself and soon.
//
// The oracle is outside the collector: each agent notes what was acknowledged,
// and the collector's admin API is asked for it after each kill.
//
// ROLLCALL_KILL_ROUNDS sets how often it is killed; fewer times than 50 where a
// sanitizer slows everything down.
#include <algorithm>
#include <iostream>

#include "absl/time/clock.h"
#include "tests/faults/fault_options.h"
#include "tests/faults/small_fleet.h"
#include "tests/support/fake_random.h"
#include "tests/support/percentile.h"
#include "tests/support/process.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"
#include "tests/swarm/auditor.h"
#include "tests/swarm/machine_rows.h"
#include "tests/swarm/server_process.h"
#include "tests/swarm/swarm_client.h"

namespace rollcall::testing {
namespace {

constexpr int kAgents = 24;
constexpr int64_t kRounds = kSanitized ? 8 : 50;
// A round ends after so many acknowledgements, and at most as many more.
constexpr int64_t kLeastAcks = 100;
// One of so many rounds kills the next start as well.
constexpr int64_t kStartKilledOneOf = 5;
constexpr absl::Duration kLongestStart = absl::Milliseconds(400);
constexpr absl::Duration kPause = absl::Milliseconds(2);
constexpr absl::Duration kTimeout = absl::Seconds(120);
// The line for reopening, where the machine has the time: 2 s.
constexpr absl::Duration kReopenLine = absl::Seconds(2);

class KillTest : public ::testing::Test {
 protected:
  KillTest() {
    const auto credentials = AgentsOf(pki_, kAgents);
    swarm_ = std::make_unique<swarm::SwarmClient>(fleet_, credentials,
                                                  BusyEvery(kPause));
  }

  // Streams for a while, then kills the collector in the middle.
  void StreamAndKill() {
    swarm_->Release(collector_.agent_port());
    // Connecting takes longer than streaming: it does not count as such.
    ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout)) << Describe();
    const auto acks =
        kLeastAcks + static_cast<int64_t>(random_.Next64() % kLeastAcks);
    const absl::Time start = absl::Now();
    ASSERT_TRUE(swarm_->AwaitAcknowledgements(acks, kTimeout)) << Describe();
    streaming_ += absl::Now() - start;
    acknowledged_ += acks;
    swarm_->Hold();
    collector_.Kill();
    ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout)) << Describe();
  }

  std::string Describe() const {
    return swarm_->Describe() + "; " + collector_.Describe();
  }

  void Reopen() {
    const absl::Time start = absl::Now();
    ASSERT_OK(collector_.Start());
    reopenings_.push_back(absl::Now() - start);
  }

  void CountLost() {
    const swarm::Auditor auditor(collector_.admin_port(), admin_, fleet_);
    const std::vector<swarm::Standing> standings = swarm_->Standings();
    ASSERT_OK_AND_ASSIGN(const auto lost, auditor.FindLost(standings));
    EXPECT_THAT(lost, ::testing::IsEmpty());
    if (lost.empty()) return;
    ASSERT_OK_AND_ASSIGN(const auto devices, auditor.Devices());
    for (const swarm::Standing& standing : standings) {
      const std::string name = swarm::HostName(standing.host);
      if (std::count(lost.begin(), lost.end(), name) == 0) continue;
      const auto device = devices.find(name);
      if (device == devices.end()) {
        ++lost_;
        continue;
      }
      ASSERT_OK_AND_ASSIGN(const RootId root,
                           auditor.SoftwareRoot(device->second));
      ++(WasEverSaid(standing, root) ? lost_ : half_batches_);
    }
  }

  // Whether the agent said that at any time: an older state is lost changes,
  // one that never was is part of a batch.
  bool WasEverSaid(const swarm::Standing& standing, RootId root) const {
    for (swarm::HostTime time; time.upgrades <= standing.said.upgrades;
         ++time.upgrades) {
      const auto packages = fleet_.SoftwareOf(standing.host, time);
      if (fleet_.SoftwareSection(packages)->root == root) return true;
    }
    return false;
  }

  void Report(int64_t rounds) const {
    std::cout << rounds << " kills while "
              << static_cast<int64_t>(static_cast<double>(acknowledged_) /
                                      absl::ToDoubleSeconds(streaming_))
              << " changes/s were acknowledged: " << lost_ << " lost, "
              << half_batches_ << " half batches; reopen p50 "
              << absl::ToInt64Milliseconds(Percentile(reopenings_, 50))
              << " ms, p99 "
              << absl::ToInt64Milliseconds(Percentile(reopenings_, 99))
              << " ms\n";
  }

  FakeRandom random_{FaultSeed()};
  const TestPki pki_;
  const TlsCredentials admin_ = pki_.Admin("auditor");
  const swarm::FleetGenerator fleet_{SmallMachines(10)};
  swarm::ServerProcess collector_{BinaryPath("rollcall-collector"), pki_};
  std::unique_ptr<swarm::SwarmClient> swarm_;
  std::vector<absl::Duration> reopenings_;
  absl::Duration streaming_;
  int64_t acknowledged_ = 0;
  int64_t lost_ = 0;
  int64_t half_batches_ = 0;
};

TEST_F(KillTest, LosesNothingThatWasAcknowledgedAndReopensSoon) {
  const int64_t rounds = FaultOption("ROLLCALL_KILL_ROUNDS", kRounds);
  ASSERT_OK(collector_.Start());
  for (int64_t round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    ASSERT_NO_FATAL_FAILURE(StreamAndKill());
    if (round % kStartKilledOneOf == 0) {
      collector_.StartAndKill(
          kLongestStart * (static_cast<double>(random_.Next64() % 100) / 100));
    }
    ASSERT_NO_FATAL_FAILURE(Reopen());
    ASSERT_NO_FATAL_FAILURE(CountLost());
  }
  EXPECT_OK(swarm_->health());
  EXPECT_EQ(collector_.Stop(), 0);
  Report(rounds);
  EXPECT_LT(Percentile(reopenings_, 50), kReopenLine);
}

}  // namespace
}  // namespace rollcall::testing
