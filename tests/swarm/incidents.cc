#include "tests/swarm/incidents.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/swarm/draws.h"

namespace rollcall::swarm {
namespace {

constexpr char kSameUuid[] = "03000200-0400-0500-0006-000700080009";
// Machines of this other seed are never hosts: they are where parts come from.
constexpr uint64_t kSpareParts = 0x5bd1e995;

void SetUuid(const std::string& uuid, Machine& machine) {
  machine.evidence.set_system_uuid(uuid);
  for (v1::Row& row : machine.rows) {
    if (row.has_system_identity()) {
      row.mutable_system_identity()->set_uuid(uuid);
    }
  }
}

void SetHostName(const std::string& name, Machine& machine) {
  machine.evidence.set_hostname(name);
  for (v1::Row& row : machine.rows) {
    if (row.has_os_instance()) row.mutable_os_instance()->set_hostname(name);
  }
}

void SetMachineId(const std::string& id, Machine& machine) {
  machine.evidence.set_machine_id(id);
  for (v1::Row& row : machine.rows) {
    if (row.has_os_instance()) row.mutable_os_instance()->set_machine_id(id);
  }
}

void TakeFromImage(uint64_t seed, uint32_t image, Machine& machine) {
  Draws draws(seed, Purpose::kImageIdentity, {image});
  const uint64_t high = draws.Next();
  SetMachineId(absl::StrFormat("%016x%016x", high, draws.Next()), machine);
  SetHostName(absl::StrCat("golden-", image), machine);
}

// What is soldered to the board, or read from it.
void SwapBoard(const Machine& spare, Machine& machine) {
  SetUuid(spare.evidence.system_uuid(), machine);
  *machine.evidence.mutable_permanent_macs() = spare.evidence.permanent_macs();
  for (size_t i = 0; i < machine.rows.size(); ++i) {
    v1::Row& row = machine.rows[i];
    if (row.has_board_identity() || row.has_network_interface_identity()) {
      row = spare.rows[i];
    }
  }
}

void Dock(uint64_t seed, const IncidentShares& shares, uint32_t host,
          Machine& machine) {
  Draws draws(seed, Purpose::kDock, {host});
  const std::string mac =
      absl::StrFormat("00:e0:4c:68:00:%02x", draws.Below(shares.docks) & 0xff);
  machine.evidence.add_permanent_macs(mac);
  std::sort(machine.evidence.mutable_permanent_macs()->begin(),
            machine.evidence.mutable_permanent_macs()->end());
  v1::NetworkInterfaceIdentity& fact =
      *machine.rows.emplace_back().mutable_network_interface_identity();
  fact.set_name("enx00e04c");
  fact.set_permanent_mac(mac);
  fact.set_mac(mac);
}

}  // namespace

Incident IncidentOf(uint64_t seed, const IncidentShares& shares,
                    uint32_t host) {
  const std::array<std::pair<uint32_t, Incident>, 7> parts = {
      {{shares.same_uuid, Incident::kSameUuid},
       {shares.imaged, Incident::kImaged},
       {shares.renamed, Incident::kRenamed},
       {shares.board_swapped, Incident::kBoardSwapped},
       {shares.docked, Incident::kDocked},
       {shares.restored, Incident::kRestored},
       {shares.copied, Incident::kCopied}}};
  uint64_t drawn = Draws(seed, Purpose::kIncident, {host}).Below(1'000);
  for (const auto& [share, incident] : parts) {
    if (drawn < share) return incident;
    drawn -= share;
  }
  return Incident::kNone;
}

absl::string_view IncidentName(Incident incident) {
  switch (incident) {
    case Incident::kNone:
      return "none";
    case Incident::kSameUuid:
      return "same UUID";
    case Incident::kImaged:
      return "imaged";
    case Incident::kRenamed:
      return "renamed";
    case Incident::kBoardSwapped:
      return "board swapped";
    case Incident::kDocked:
      return "docked";
    case Incident::kRestored:
      return "restored";
    case Incident::kCopied:
      return "copied";
  }
  return "";
}

Machine MakeMachineAt(uint64_t seed, const IncidentShares& shares,
                      const MachineMoment& moment) {
  Machine machine = MakeMachine(seed, moment.host);
  const Incident incident = IncidentOf(seed, shares, moment.host);
  if (incident == Incident::kSameUuid) SetUuid(kSameUuid, machine);
  if (incident == Incident::kImaged) {
    TakeFromImage(seed, moment.image, machine);
  }
  if (!moment.happened) return machine;
  if (incident == Incident::kRenamed) {
    SetHostName(absl::StrCat("renamed-", moment.host), machine);
  } else if (incident == Incident::kBoardSwapped) {
    SwapBoard(MakeMachine(seed ^ kSpareParts, moment.host), machine);
  } else if (incident == Incident::kDocked) {
    Dock(seed, shares, moment.host, machine);
  }
  return machine;
}

}  // namespace rollcall::swarm
