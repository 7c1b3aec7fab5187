// What a collector makes of a fleet in which machines are copied, restored,
// renamed, repaired and docked, and say what others say too: compared with what
// the generator knows.
#include "collector/identity/current_devices.h"
#include "collector/identity/link_tables.h"
#include "gmock/gmock.h"
#include "tests/swarm/identity_fleet.h"

namespace rollcall::swarm {
namespace {

using collector::ContactVerdict;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Key;

constexpr uint64_t kSeeds[] = {1, 2, 3};
// Before anything happens all have made more than three contacts.
constexpr int kRoundsBefore = 4;
constexpr int kRoundsAfter = 9;
constexpr int kBackupRound = 1;

class IdentitySwarmTest : public IdentityFleet {
 protected:
  DeviceId DeviceOf(AgentId agent) {
    const auto known = subjects_.FindByAgent(engine_, agent);
    EXPECT_OK(known);
    if (!known.ok() || !known->has_value()) return {};
    const auto device = collector::CurrentDeviceOf(engine_, (*known)->id);
    EXPECT_OK(device);
    return device.ok() ? device->device : DeviceId();
  }
  ContactVerdict VerdictOf(AgentId agent) {
    const auto record = collector::kAgentContactsTable.Get(engine_, {agent});
    EXPECT_OK(record);
    return record.ok() && record->has_value()
               ? collector::StandingVerdict(**record)
               : ContactVerdict::kFirst;
  }

  // Two machines are never one device.
  void ExpectNoWrongMerge() {
    std::map<DeviceId, const TrueMachine*> machine_of;
    for (const auto& machine : machines_) {
      for (const AgentId agent : machine->agents) {
        const DeviceId device = DeviceOf(agent);
        if (device.IsZero()) continue;  // made no contact yet
        const auto [known, is_new] = machine_of.emplace(device, machine.get());
        EXPECT_TRUE(is_new || known->second == machine.get())
            << IncidentName(machine->incident) << " and "
            << IncidentName(known->second->incident);
      }
    }
  }

  // What is said of each agent's contacts is right, or that it is not clear.
  void ExpectRightVerdicts() {
    for (const auto& machine : machines_) {
      const ContactVerdict verdict = VerdictOf(machine->agent());
      if (machine->twin != nullptr) {
        ExpectRightOfTwins(*machine, verdict);
      } else if (machine->incident == Incident::kRestored &&
                 machine->time.happened) {
        ExpectRightOfRestored(machine->contacts, verdict);
      } else if (machine->incident != Incident::kCopied) {
        EXPECT_THAT(verdict,
                    AnyOf(ContactVerdict::kFirst, ContactVerdict::kNormal))
            << IncidentName(machine->incident);
      }
    }
  }
  static void ExpectRightOfRestored(int contacts, ContactVerdict verdict) {
    if (contacts < collector::kContactsToTell) {
      EXPECT_EQ(verdict, ContactVerdict::kAmbiguous);
    } else if (contacts < collector::kContactsToForget) {
      EXPECT_EQ(verdict, ContactVerdict::kRestored);
    } else {
      EXPECT_EQ(verdict, ContactVerdict::kNormal);
    }
  }
  void ExpectRightOfTwins(const TrueMachine& machine, ContactVerdict verdict) {
    const int least = std::min(machine.contacts, machine.twin->contacts);
    if (least >= collector::kContactsToTell) {
      EXPECT_EQ(verdict, ContactVerdict::kClone);
    } else {
      EXPECT_THAT(verdict,
                  AnyOf(ContactVerdict::kAmbiguous, ContactVerdict::kClone));
      if (verdict == ContactVerdict::kAmbiguous) ++happened_["ambiguous"];
    }
  }

  // Of a machine that took another key: whether a person sees that both agents
  // may be one machine.
  bool IsPossible(const TrueMachine& machine) {
    auto pairs = collector::kPossibleDuplicateTable.ScanPrefix(
        engine_, collector::KeyWriter());
    const auto newer = subjects_.FindByAgent(engine_, machine.agents[1]);
    const auto older = subjects_.FindByAgent(engine_, machine.agents[0]);
    while (true) {
      const auto pair = pairs.Next();
      EXPECT_OK(pair);
      if (!pair.ok() || !pair->has_value()) return false;
      if ((*pair)->key.newer == (*newer)->id &&
          (*pair)->key.older == (*older)->id) {
        return true;
      }
    }
  }
  void ExpectRepairsFound() {
    for (const auto& machine : machines_) {
      if (machine->agents.size() != 2 ||
          machine->incident != Incident::kBoardSwapped) {
        continue;
      }
      const bool one =
          DeviceOf(machine->agents[0]) == DeviceOf(machine->agents[1]);
      if (machine->contacts < 3) {
        EXPECT_FALSE(one);
        EXPECT_TRUE(IsPossible(*machine));
      } else if (machine->contacts > 3) {
        EXPECT_TRUE(one);
        EXPECT_FALSE(IsPossible(*machine));
      }
    }
  }
};

TEST_P(IdentitySwarmTest, MachinesAreToldApartAndKnownAgain) {
  for (int round = 0; round < kRoundsBefore; ++round) {
    SpendRound();
    for (const auto& machine : machines_) {
      if (round == kBackupRound) machine->backup = machine->visitor.memory();
    }
    ExpectNoWrongMerge();
    ExpectRightVerdicts();
  }
  EXPECT_EQ(DeviceCount(), kHosts);
  HaveIncidents();
  for (int round = 0; round < kRoundsAfter; ++round) {
    SpendRound();
    ExpectNoWrongMerge();
    ExpectRightVerdicts();
    ExpectRepairsFound();
    if (HasFailure()) break;
  }
  EXPECT_EQ(DeviceCount(), machines_.size());
  for (const auto& machine : machines_) EXPECT_EQ(machine->twin, nullptr);
  EXPECT_EQ(happened_["rekeyed"], happened_["copied"]);
  EXPECT_GE(happened_["ambiguous"], happened_["copied"]);
}

INSTANTIATE_TEST_SUITE_P(Seeds, IdentitySwarmTest, ::testing::ValuesIn(kSeeds));

// Else the others could pass without anything having happened.
TEST(IdentitySwarm, TheSeedsHaveEveryIncident) {
  std::map<Incident, int> happened;
  for (const uint64_t seed : kSeeds) {
    const FleetGenerator fleet(SmallFleet(seed));
    for (uint32_t host = 0; host < kHosts; ++host) {
      ++happened[fleet.IncidentOf(host)];
    }
  }
  for (const Incident incident :
       {Incident::kNone, Incident::kSameUuid, Incident::kImaged,
        Incident::kRenamed, Incident::kBoardSwapped, Incident::kDocked,
        Incident::kRestored, Incident::kCopied}) {
    EXPECT_THAT(happened, Contains(Key(incident)));
  }
}

}  // namespace
}  // namespace rollcall::swarm
