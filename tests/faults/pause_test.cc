// A collector that stands still for a while and goes on (SIGSTOP and SIGCONT,
// as where its machine was suspended), with agents on it and agents that call
// meanwhile: all are served again at once, and nothing is lost.
//
// ROLLCALL_PAUSES sets how often, ROLLCALL_PAUSE_SECONDS for how long.
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "absl/time/clock.h"
#include "common/file.h"
#include "re2/re2.h"
#include "tests/faults/fault_options.h"
#include "tests/faults/small_fleet.h"
#include "tests/support/fake_random.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"
#include "tests/swarm/auditor.h"
#include "tests/swarm/server_process.h"
#include "tests/swarm/swarm_client.h"

namespace rollcall::testing {
namespace {

constexpr int kAgents = 24;
constexpr absl::Duration kPause = absl::Milliseconds(10);
constexpr absl::Duration kTimeout = absl::Seconds(120);
// The line: all are served again within that time.
constexpr absl::Duration kBackWithin = absl::Seconds(5);
constexpr int64_t kMore = int64_t{1} << 40;

class PauseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto credentials = AgentsOf(pki_, kAgents);
    swarm_ = std::make_unique<swarm::SwarmClient>(fleet_, credentials,
                                                  BusyEvery(kPause));
    ASSERT_OK(collector_.Start());
    ASSERT_OK_AND_ASSIGN(const std::string ready,
                         ReadFile(collector_.dir().File("ready.json"), 4'096));
    ASSERT_TRUE(RE2::PartialMatch(ready, "\"pid\": *([0-9]+)", &pid_));
    swarm_->Release(collector_.agent_port());
    ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout));
  }

  // It stands still for that long, and serves all soon after.
  void Pause(absl::Duration length) {
    ASSERT_EQ(kill(pid_, SIGSTOP), 0);
    if (random_.Next64() % 2 == 0) {
      // These call while nobody answers.
      swarm_->Disconnect();
      ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
      swarm_->Release(collector_.agent_port());
    }
    EXPECT_FALSE(swarm_->AwaitAcknowledgements(kMore, length));
    const absl::Time start = absl::Now();
    ASSERT_EQ(kill(pid_, SIGCONT), 0);
    EXPECT_TRUE(swarm_->AwaitAllSynced(kBackWithin));
    longest_ = std::max(longest_, absl::Now() - start);
  }

  FakeRandom random_{FaultSeed()};
  const TestPki pki_;
  const TlsCredentials admin_ = pki_.Admin("auditor");
  const swarm::FleetGenerator fleet_{SmallMachines()};
  swarm::ServerProcess collector_{BinaryPath("rollcall-collector"), pki_};
  std::unique_ptr<swarm::SwarmClient> swarm_;
  pid_t pid_ = 0;
  absl::Duration longest_;
};

TEST_F(PauseTest, AgentsAreServedAgainAndNothingIsLost) {
  const int64_t pauses = FaultOption("ROLLCALL_PAUSES", 4);
  const absl::Duration length =
      absl::Seconds(FaultOption("ROLLCALL_PAUSE_SECONDS", 1));
  for (int64_t pause = 0; pause < pauses; ++pause) {
    SCOPED_TRACE(pause);
    ASSERT_NO_FATAL_FAILURE(Pause(length));
  }
  swarm_->Disconnect();
  ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
  EXPECT_THAT(swarm::Auditor(collector_.admin_port(), admin_, fleet_)
                  .FindLost(swarm_->Standings()),
              IsOkAndHolds(::testing::IsEmpty()));
  EXPECT_OK(swarm_->health());
  EXPECT_EQ(collector_.Stop(), 0);
  std::cout << pauses << " pauses of " << absl::ToInt64Seconds(length)
            << " s: none lost, all served within "
            << absl::ToInt64Milliseconds(longest_) << " ms of the end\n";
}

}  // namespace
}  // namespace rollcall::testing
