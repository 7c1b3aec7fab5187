// A collector that may have few file descriptors, and somebody who takes more
// connections than there are: agents that are connected are served, nobody's
// facts are lost, and once the flood is over everybody gets in again.
//
// ROLLCALL_FLOOD_SECONDS sets how long the flood lasts.
#include <filesystem>
#include <iostream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/faults/connection_flood.h"
#include "tests/faults/fault_options.h"
#include "tests/faults/small_fleet.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/swarm/auditor.h"
#include "tests/swarm/raw_stream.h"
#include "tests/swarm/server_process.h"
#include "tests/swarm/swarm_client.h"

namespace rollcall::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kDescriptors = 192;
constexpr size_t kConnections = 400;
constexpr int kAgents = 24;
constexpr absl::Duration kPause = absl::Milliseconds(50);
constexpr absl::Duration kTimeout = absl::Seconds(120);
// The line: all are back within that time of the end of the flood.
constexpr absl::Duration kBackWithin = absl::Seconds(5);

// A program that starts the collector with so few descriptors.
std::string LimitedCollector(const TempDir& dir) {
  const std::string program = dir.Write(
      "limited-collector",
      absl::StrCat("#!/bin/sh\nexec /usr/bin/prlimit --nofile=", kDescriptors,
                   ":", kDescriptors, " ", BinaryPath("rollcall-collector"),
                   " \"$@\"\n"));
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  return program;
}

class DescriptorFloodTest : public ::testing::Test {
 protected:
  DescriptorFloodTest() {
    const auto credentials = AgentsOf(pki_, kAgents);
    swarm_ = std::make_unique<swarm::SwarmClient>(fleet_, credentials,
                                                  BusyEvery(kPause));
  }

  void SetUp() override {
    ASSERT_OK(collector_.Start());
    swarm_->Release(collector_.agent_port());
    ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout));
    flood_.emplace(collector_.agent_port(), kConnections);
    ASSERT_TRUE(flood_->AwaitFilled(kTimeout));
  }

  // All that call while there is no room, and get in or not.
  void CallInAnew() {
    swarm_->Disconnect();
    ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
    ASSERT_TRUE(flood_->AwaitFilled(kTimeout));
    swarm_->Release(collector_.agent_port());
    ASSERT_TRUE(swarm_->AwaitTurnedAway(kAgents, kTimeout));
  }

  void ExpectNothingIsLost() {
    swarm_->Disconnect();
    ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
    const swarm::Auditor auditor(collector_.admin_port(), admin_, fleet_);
    EXPECT_THAT(auditor.FindLost(swarm_->Standings()), IsOkAndHolds(IsEmpty()));
  }

  const TempDir dir_;
  const TestPki pki_;
  const TlsCredentials admin_ = pki_.Admin("auditor");
  const swarm::FleetGenerator fleet_{SmallMachines()};
  swarm::ServerProcess collector_{LimitedCollector(dir_), pki_};
  std::unique_ptr<swarm::SwarmClient> swarm_;
  std::optional<ConnectionFlood> flood_;
};

TEST_F(DescriptorFloodTest, ThoseWhoAreConnectedAreServed) {
  const absl::Time end =
      absl::Now() + absl::Seconds(FaultOption("ROLLCALL_FLOOD_SECONDS", 10));
  int64_t rounds = 0;
  while (absl::Now() < end) {
    ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout));
    ++rounds;
  }
  // Administrators have some descriptors of their own.
  EXPECT_THAT(swarm::Auditor(collector_.admin_port(), admin_, fleet_).Devices(),
              IsOkAndHolds(SizeIs(kAgents)));
  flood_.reset();
  ASSERT_NO_FATAL_FAILURE(ExpectNothingIsLost());
  EXPECT_EQ(collector_.Stop(), 0);
  std::cout << rounds << " rounds of all agents during a flood: none lost\n";
}

TEST_F(DescriptorFloodTest, AfterItEverybodyGetsInSoon) {
  ASSERT_NO_FATAL_FAILURE(CallInAnew());
  const absl::Time end = absl::Now();
  flood_.reset();
  EXPECT_TRUE(swarm_->AwaitAllSynced(kBackWithin));
  EXPECT_TRUE(swarm::MakeChannel(collector_.agent_port(), pki_.Agent())
                  ->WaitForConnected(absl::ToChronoTime(end + kBackWithin)));
  const absl::Duration back = absl::Now() - end;
  EXPECT_LT(back, kBackWithin);
  EXPECT_THAT(collector_.Log(), HasSubstr("connections are refused"));
  // Neither here nor in the store was there ever none left.
  EXPECT_THAT(collector_.Log(), Not(HasSubstr("Too many open files")));
  ASSERT_NO_FATAL_FAILURE(ExpectNothingIsLost());
  EXPECT_OK(swarm_->health());
  EXPECT_EQ(collector_.Stop(), 0);
  std::cout << "all back " << absl::ToInt64Milliseconds(back)
            << " ms after a flood\n";
}

}  // namespace
}  // namespace rollcall::testing
