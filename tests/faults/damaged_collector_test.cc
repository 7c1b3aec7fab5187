// A flipped bit, and a cut, in a file of a store that a collector left: the
// next one does not start and names the file, or says DATA_LOSS, or all its
// answers are right. As corruption_test, through the program itself.
//
// ROLLCALL_DAMAGED_STARTS sets in how many places each kind of file is damaged
// in each way.
#include <filesystem>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "tests/faults/damage.h"
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

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kAgents = 8;
constexpr absl::Duration kPause = absl::Milliseconds(4);
constexpr absl::Duration kTimeout = absl::Seconds(120);

class DamagedCollectorTest : public ::testing::Test {
 protected:
  // A store with tables and a log, as a killed collector leaves it.
  void SetUp() override {
    const auto credentials = AgentsOf(pki_, kAgents);
    swarm::SwarmClient swarm(fleet_, credentials, BusyEvery(kPause));
    for (int run = 0; run < 3; ++run) {
      ASSERT_OK(sample_.Start());
      swarm.Release(sample_.agent_port());
      ASSERT_TRUE(swarm.AwaitAllSynced(kTimeout));
      ASSERT_TRUE(swarm.AwaitAcknowledgements(10 * kAgents, kTimeout));
      swarm.Hold();
      sample_.Kill();
      ASSERT_TRUE(swarm.AwaitAllAway(kTimeout));
    }
    standings_ = swarm.Standings();
  }

  // Starts a collector over the damaged store and asks it for everything.
  void Try(const FileKind& kind, Damage damage) {
    swarm::ServerProcess collector(BinaryPath("rollcall-collector"), pki_);
    fs::copy(sample_.data(), collector.data());
    const auto files = FilesOf(collector.data(), kind);
    ASSERT_FALSE(files.empty()) << kind.name;
    const std::string& name = files[random_.Next64() % files.size()];
    SCOPED_TRACE(
        Harm(absl::StrCat(collector.data(), "/", name), damage, random_));
    if (!collector.Start().ok()) {
      ++refused_;
      EXPECT_EQ(collector.AwaitEnd(), 1);
      EXPECT_THAT(collector.Log(),
                  ::testing::AllOf(HasSubstr(name), HasSubstr("backup")));
      return;
    }
    Judge(collector);
    EXPECT_TRUE(collector.running());
  }

  void Judge(const swarm::ServerProcess& collector) {
    const swarm::Auditor auditor(collector.admin_port(), admin_, fleet_);
    const auto lost = auditor.FindLost(standings_);
    if (lost.ok()) {
      ++right_;
      EXPECT_THAT(*lost, IsEmpty());
    } else {
      ++told_;
      EXPECT_THAT(lost, StatusIs(absl::StatusCode::kDataLoss));
    }
  }

  FakeRandom random_{FaultSeed()};
  const TestPki pki_;
  const TlsCredentials admin_ = pki_.Admin("auditor");
  const swarm::FleetGenerator fleet_{SmallMachines()};
  swarm::ServerProcess sample_{BinaryPath("rollcall-collector"), pki_};
  std::vector<swarm::Standing> standings_;
  int right_ = 0;
  int refused_ = 0;
  int told_ = 0;
};

TEST_F(DamagedCollectorTest, SaysSoOrAnswersRight) {
  const int64_t places = FaultOption("ROLLCALL_DAMAGED_STARTS", 1);
  for (const FileKind& kind : kFileKinds) {
    for (const Damage damage : {Damage::kFlippedBit, Damage::kCut}) {
      for (int64_t place = 0; place < places; ++place) {
        ASSERT_NO_FATAL_FAILURE(Try(kind, damage));
      }
    }
  }
  // Else it would not be damage that is tested here.
  EXPECT_GT(refused_ + told_, 0);
  std::cout << right_ + refused_ + told_
            << " starts over a damaged store: " << right_ << " right, "
            << refused_ << " refused to start, " << told_ << " DATA_LOSS\n";
}

}  // namespace
}  // namespace rollcall::testing
