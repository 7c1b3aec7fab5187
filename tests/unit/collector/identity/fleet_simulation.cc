#include "tests/unit/collector/identity/fleet_simulation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rollcall::collector {
namespace {

constexpr int kImages = 5;
constexpr int kDocks = 10;
// Days at the end on which nothing happens any more.
constexpr int kQuietDays = 10;

}  // namespace

// A machine as it is in truth.
struct FleetSimulation::Machine {
  enum class Kind { kLaptop, kWhiteBox, kSameUuid, kGuest, kCloud };
  Kind kind = Kind::kLaptop;
  v1::Evidence evidence;
  FakeAgent agent;
  // Of the agent, as a backup has it.
  std::optional<FakeAgent> backup;
  // All its agents, oldest first.
  std::vector<AgentId> agents;
  std::string dock;
  // Days that it still sleeps.
  int asleep = 0;
  // A repair that left too little to know it by.
  bool unrecognisable = false;
  // What it says of itself is another machine's too.
  bool was_copied = false;
  // The machine that its key was copied from, or that was copied from it.
  Machine* twin = nullptr;
  // Contacts since both were there.
  int since_twin = 0;
  bool told_clone = false;
  int since_restore = -1;
};

FleetSimulation::FleetSimulation(uint64_t seed, int machines, int days)
    : dice_(seed), wanted_(machines), days_(days) {}

FleetSimulation::~FleetSimulation() = default;

std::string FleetSimulation::Fresh(const std::string& prefix) {
  return absl::StrCat(prefix, ++fresh_);
}

std::string FleetSimulation::FreshUuid() {
  return absl::StrFormat("4c4c4544-0039-3010-8048-%012x", ++fresh_);
}

std::unique_ptr<FleetSimulation::Machine> FleetSimulation::MakeMachine() {
  auto machine = std::make_unique<Machine>();
  v1::Evidence& e = machine->evidence;
  const uint64_t roll = Below(100);
  e.add_permanent_macs(Fresh("mac-"));
  e.set_system_manufacturer("Maker");
  e.set_system_product(absl::StrCat("Model ", Below(3)));
  e.set_system_uuid(FreshUuid());
  if (roll < 50) {
    e.set_system_serial(Fresh("SN"));
    e.add_disk_ids(Fresh("disk-"));
    e.add_permanent_macs(Fresh("wlan-"));
    if (Chance(30)) e.set_tpm_endorsement_key(Fresh("tpm-"));
  } else if (roll < 65) {
    machine->kind = Machine::Kind::kWhiteBox;
    e.set_system_serial("To be filled by O.E.M.");
    e.set_system_uuid("03000200-0400-0500-0006-000700080009");
    e.add_disk_ids(Fresh("disk-"));
  } else if (roll < 70) {
    machine->kind = Machine::Kind::kSameUuid;
    e.set_system_uuid("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");
    e.add_disk_ids(Fresh("disk-"));
  } else if (roll < 95) {
    machine->kind = Machine::Kind::kGuest;
    if (Chance(50)) e.add_disk_ids("overlayblk");
  } else {
    machine->kind = Machine::Kind::kCloud;
    e.set_cloud_instance_id(Fresh("aws/i-"));
  }
  InstallSystem(*machine);
  BecomeAnotherAgent(*machine);
  return machine;
}

// From an image that copies the machine id and the name, or by itself.
void FleetSimulation::InstallSystem(Machine& machine) {
  if (Chance(40)) {
    const uint64_t image = Below(kImages);
    machine.evidence.set_machine_id(absl::StrCat("image-", image));
    machine.evidence.set_hostname(absl::StrCat("golden-", image));
  } else {
    machine.evidence.set_machine_id(Fresh("machine-"));
    machine.evidence.set_hostname(Fresh("host-"));
  }
}

// Of two with one key, whichever keeps it keeps the device: nobody can tell
// which was there first.
void FleetSimulation::BecomeAnotherAgent(Machine& machine) {
  if (machine.twin != nullptr && machine.twin->agents.empty()) {
    machine.twin->agents = std::exchange(machine.agents, {});
    for (const AgentId agent : machine.twin->agents) {
      owner_[agent] = machine.twin;
    }
  }
  machine.agent = world_.NewAgent();
  machine.agents.push_back(machine.agent.id);
  machine.backup.reset();
  machine.since_restore = -1;
  if (machine.twin != nullptr) machine.twin->twin = nullptr;
  machine.twin = nullptr;
  machine.told_clone = false;
  owner_[machine.agent.id] = &machine;
}

void FleetSimulation::Reinstall(Machine& machine) {
  ++result_.happened["reinstalled"];
  if (machine.evidence.disk_ids_size() == 1 && Chance(30) &&
      machine.kind == Machine::Kind::kLaptop) {
    machine.evidence.set_disk_ids(0, Fresh("disk-"));
  }
  InstallSystem(machine);
  BecomeAnotherAgent(machine);
}

// The agent finds two strong parts changed and takes another key.
void FleetSimulation::SwapBoard(Machine& machine) {
  if (machine.kind != Machine::Kind::kLaptop) return;
  ++result_.happened["board swapped"];
  machine.evidence.set_system_uuid(FreshUuid());
  machine.evidence.clear_tpm_endorsement_key();
  machine.evidence.mutable_permanent_macs()->Clear();
  machine.evidence.add_permanent_macs(Fresh("mac-"));
  machine.dock.clear();
  if (Chance(20)) {
    machine.evidence.set_system_serial(Fresh("SN"));
    machine.unrecognisable = true;
  }
  BecomeAnotherAgent(machine);
}

void FleetSimulation::Restore(Machine& machine) {
  if (!machine.backup.has_value() || machine.twin != nullptr) return;
  ++result_.happened["restored"];
  machine.agent = *machine.backup;
  machine.backup.reset();
  machine.since_restore = 0;
}

// The system on other hardware; the agent there takes a key of its own.
void FleetSimulation::CloneDisk(const Machine& machine) {
  ++result_.happened["cloned"];
  auto clone = MakeMachine();
  clone->evidence.set_machine_id(machine.evidence.machine_id());
  clone->evidence.set_hostname(machine.evidence.hostname());
  arriving_.push_back(std::move(clone));
}

// A guest with all that it says of itself: the agent cannot see it.
void FleetSimulation::CopyWithKey(Machine& machine) {
  if (machine.kind != Machine::Kind::kGuest || machine.twin != nullptr ||
      !machine.agent.nonce.has_value() || machine.since_restore >= 0) {
    return;
  }
  ++result_.happened["copied with its key"];
  auto copy = std::make_unique<Machine>(machine);
  copy->agents.clear();
  copy->backup.reset();
  machine.backup.reset();
  copy->twin = &machine;
  machine.twin = copy.get();
  machine.was_copied = copy->was_copied = true;
  machine.since_twin = copy->since_twin = 0;
  arriving_.push_back(std::move(copy));
}

void FleetSimulation::MoveDock(Machine& machine) {
  if (machine.kind != Machine::Kind::kLaptop) return;
  ++result_.happened["dock moved"];
  auto& macs = *machine.evidence.mutable_permanent_macs();
  macs.erase(std::remove(macs.begin(), macs.end(), machine.dock), macs.end());
  machine.dock = absl::StrCat("dock-", Below(kDocks));
  for (const auto& other : machines_) {
    if (other->dock != machine.dock || other.get() == &machine) continue;
    auto& theirs = *other->evidence.mutable_permanent_macs();
    theirs.erase(std::remove(theirs.begin(), theirs.end(), machine.dock),
                 theirs.end());
    other->dock.clear();
  }
  machine.evidence.add_permanent_macs(machine.dock);
}

void FleetSimulation::Happen(Machine& machine) {
  if (machine.twin != nullptr) return;  // not before it is found out
  switch (Below(12)) {
    case 0:
    case 1:
      return Reinstall(machine);
    case 2:
      return SwapBoard(machine);
    case 3:
    case 4:
      return Restore(machine);
    case 5:
      return CloneDisk(machine);
    case 6:
      return CopyWithKey(machine);
    case 7:
    case 8:
      return MoveDock(machine);
    case 9:
      ++result_.happened["renamed"];
      machine.evidence.set_hostname(Fresh("renamed-"));
      return;
    case 10:
      machine.asleep = static_cast<int>(Below(8));
      return;
    default:
      if (machine.twin == nullptr) machine.backup = machine.agent;
  }
}

void FleetSimulation::MakeContact(Machine& machine) {
  const ContactOutcome outcome =
      world_.SayHello(machine.agent, machine.evidence);
  ++contacts_[machine.agent.id];
  const bool clone = outcome.verdict == ContactVerdict::kClone;
  if (machine.twin == nullptr) {
    if ((clone && !machine.told_clone) || outcome.must_rekey) {
      ++result_.wrong_clones;
    }
    if (machine.since_restore >= 0 && ++machine.since_restore == 3) {
      if (outcome.verdict != ContactVerdict::kRestored &&
          outcome.verdict != ContactVerdict::kNormal) {
        ++result_.missed_restores;
      }
      machine.since_restore = -1;
    }
    return;
  }
  Machine& twin = *machine.twin;
  ++machine.since_twin;
  // Both count from where both have spoken.
  if (twin.since_twin == 0) machine.since_twin = 1;
  if (clone) machine.told_clone = twin.told_clone = true;
  if (!clone && machine.since_twin > 3 && twin.since_twin > 3) {
    ++result_.missed_clones;
  }
  if (outcome.must_rekey) {
    ++result_.happened["clone got a key of its own"];
    BecomeAnotherAgent(machine);
  }
}

void FleetSimulation::SpendDay(int day) {
  while (static_cast<int>(machines_.size()) < wanted_ &&
         Below(static_cast<uint64_t>(days_)) <
             static_cast<uint64_t>(days_ - day)) {
    machines_.push_back(MakeMachine());
  }
  if (day < days_ - kQuietDays) {
    const size_t count = machines_.size();
    for (size_t i = 0; i < count; ++i) {
      if (Chance(8)) Happen(*machines_[i]);
    }
  }
  for (auto& machine : arriving_) machines_.push_back(std::move(machine));
  arriving_.clear();
  for (const auto& machine : machines_) {
    if (machine->asleep > 0) {
      --machine->asleep;
    } else {
      for (uint64_t i = Below(3); i > 0; --i) MakeContact(*machine);
    }
  }
  world_.Link();
}

void FleetSimulation::CountMerges() {
  std::map<DeviceId, const Machine*> machine_of;
  for (const auto& [agent, machine] : owner_) {
    FakeAgent asked;
    asked.id = agent;
    const DeviceId device = world_.DeviceOf(asked);
    if (device.IsZero()) continue;  // made no contact yet
    const auto [known, is_new] = machine_of.emplace(device, machine);
    if (!is_new && known->second != machine) {
      ++result_.wrong_merges;
    }
  }
}

void FleetSimulation::CountSplits() {
  for (const auto& machine : machines_) {
    if (machine->unrecognisable || machine->was_copied) continue;
    for (size_t i = 1; i < machine->agents.size(); ++i) {
      FakeAgent before;
      before.id = machine->agents[i - 1];
      FakeAgent after;
      after.id = machine->agents[i];
      if (contacts_[before.id] < 3 || contacts_[after.id] < 3) continue;
      if (world_.DeviceOf(before) != world_.DeviceOf(after)) {
        ++result_.wrong_splits;
      }
    }
  }
}

SimulationResult FleetSimulation::Run() {
  for (int day = 0; day < days_; ++day) {
    SpendDay(day);
    CountMerges();
  }
  CountSplits();
  return result_;
}

}  // namespace rollcall::collector
