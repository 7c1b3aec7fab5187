// What makes machines hard to tell apart: what happens to some hosts of a
// fleet, and what some are like from the start. Pure; thread-safe.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "tests/swarm/machine_rows.h"

namespace rollcall::swarm {

// At most one happens to a host.
enum class Incident {
  kNone,
  // From the start: a system UUID that its maker gave to many.
  kSameUuid,
  // From the start: its machine id and its name are those of the image that it
  // was installed from.
  kImaged,
  // It gets another name.
  kRenamed,
  // It gets another board: with it another system UUID and other MACs. Its
  // agent sees that and takes another key.
  kBoardSwapped,
  // It is put on a dock that others are put on too, whose MAC it then shows.
  kDocked,
  // It is set back to a backup of an earlier day, with its agent's state.
  kRestored,
  // It is copied with its agent's key, and original and copy both run.
  kCopied,
};

// Of 1,000 hosts so many, each.
struct IncidentShares {
  uint32_t same_uuid = 0;
  uint32_t imaged = 0;
  uint32_t renamed = 0;
  uint32_t board_swapped = 0;
  uint32_t docked = 0;
  uint32_t restored = 0;
  uint32_t copied = 0;
  // Docks that there are.
  uint32_t docks = 10;
};

// REQUIRES: the shares are 1,000 at most together.
Incident IncidentOf(uint64_t seed, const IncidentShares& shares, uint32_t host);
// A word for it, for example "renamed".
absl::string_view IncidentName(Incident incident);

// A host of this image before its incident, or after. Where nothing happens to
// hosts it is MakeMachine.
struct MachineMoment {
  uint32_t host = 0;
  uint32_t image = 0;
  bool happened = false;
};
Machine MakeMachineAt(uint64_t seed, const IncidentShares& shares,
                      const MachineMoment& moment);

}  // namespace rollcall::swarm
