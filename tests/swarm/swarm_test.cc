// A swarm of real streams against the real collector, which is killed in the
// middle: everything that was acknowledged is there, to the row.
#include "gmock/gmock.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"
#include "tests/swarm/auditor.h"
#include "tests/swarm/server_process.h"
#include "tests/swarm/swarm_client.h"

namespace rollcall::swarm {
namespace {

constexpr uint32_t kAgents = 200;
constexpr absl::Duration kTimeout = absl::Seconds(60);

// Small machines: what is tested here does not depend on their size.
FleetOptions SmallMachines() {
  FleetOptions options;
  options.image_rows = 150;
  options.catalogue_rows = 2'000;
  return options;
}

class SwarmTest : public ::testing::Test {
 protected:
  SwarmTest() : collector_(testing::BinaryPath("rollcall-collector"), pki_) {
    std::vector<TlsCredentials> credentials;
    for (uint32_t i = 0; i < kAgents; ++i) credentials.push_back(pki_.Agent());
    swarm_ = std::make_unique<SwarmClient>(fleet_, credentials, SwarmOptions());
  }

  // REQUIRES: no agent is connected.
  void ExpectNothingIsLost() {
    const Auditor auditor(collector_.admin_port(), pki_.Admin("auditor"),
                          fleet_);
    ASSERT_OK_AND_ASSIGN(const auto devices, auditor.Devices());
    EXPECT_LE(devices.size(), kAgents);
    EXPECT_THAT(auditor.FindLost(swarm_->Standings()),
                testing::IsOkAndHolds(::testing::IsEmpty()));
  }

  const testing::TestPki pki_;
  const FleetGenerator fleet_{SmallMachines()};
  ServerProcess collector_;
  std::unique_ptr<SwarmClient> swarm_;
};

TEST_F(SwarmTest, LosesNothingThatWasAcknowledgedThoughKilled) {
  ASSERT_OK(collector_.Start());
  swarm_->Release(collector_.agent_port());
  ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout));
  ASSERT_TRUE(swarm_->AwaitAcknowledgements(5 * kAgents, kTimeout));
  swarm_->Hold();
  collector_.Kill();
  ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
  ASSERT_OK(collector_.Start());
  ExpectNothingIsLost();

  swarm_->Release(collector_.agent_port());
  ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout));
  ASSERT_TRUE(swarm_->AwaitAcknowledgements(2 * kAgents, kTimeout));
  swarm_->Disconnect();
  ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
  ExpectNothingIsLost();
  EXPECT_OK(swarm_->health());
  EXPECT_EQ(collector_.Stop(), 0);
}

}  // namespace
}  // namespace rollcall::swarm
