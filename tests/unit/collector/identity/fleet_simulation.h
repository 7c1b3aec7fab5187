// A fleet whose truth is known: machines that are cloned, reinstalled,
// restored, renamed, repaired and docked, and what the collector makes of them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/collector/identity/identity_world.h"

namespace rollcall::collector {

// What a run must not, and must, do.
struct SimulationResult {
  // Days on which two machines were one device, over all machines.
  int wrong_merges = 0;
  // Machines that are several devices at the end, though evidence says enough.
  int wrong_splits = 0;
  // Agents that were called a clone without being one.
  int wrong_clones = 0;
  // Copied keys that were not found out after three contacts of both.
  int missed_clones = 0;
  // Restored agents that were not told from clones after three contacts.
  int missed_restores = 0;
  // What happened, so that a run without it does not pass for a good one.
  std::map<std::string, int> happened;
};

// Runs `machines` machines for `days` days. Deterministic.
class FleetSimulation {
 public:
  FleetSimulation(uint64_t seed, int machines, int days);
  ~FleetSimulation();

  SimulationResult Run();

 private:
  struct Machine;

  uint64_t Below(uint64_t bound) { return dice_.Next64() % bound; }
  bool Chance(int percent) {
    return Below(100) < static_cast<uint64_t>(percent);
  }
  std::string Fresh(const std::string& prefix);
  std::string FreshUuid();

  std::unique_ptr<Machine> MakeMachine();
  void InstallSystem(Machine& machine);
  void BecomeAnotherAgent(Machine& machine);
  // One thing that happens to a machine.
  void Happen(Machine& machine);
  void Reinstall(Machine& machine);
  void SwapBoard(Machine& machine);
  void Restore(Machine& machine);
  void CloneDisk(const Machine& machine);
  void CopyWithKey(Machine& machine);
  void MoveDock(Machine& machine);

  void SpendDay(int day);
  void MakeContact(Machine& machine);
  void CountMerges();
  void CountSplits();

  testing::FakeRandom dice_;
  const int wanted_;
  const int days_;
  IdentityWorld world_;
  SimulationResult result_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::vector<std::unique_ptr<Machine>> arriving_;
  // By agent: the machine it belongs to.
  std::map<AgentId, const Machine*> owner_;
  std::map<AgentId, int> contacts_;
  uint64_t fresh_ = 0;
};

}  // namespace rollcall::collector
