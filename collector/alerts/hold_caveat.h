// What of a hold under audit cannot be told.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/contracts/civil_date.h"
#include "collector/inventory/fleet.h"

namespace rollcall::collector {

// Why what is known of a hold's products may not be all.
struct HoldGaps {
  CivilDate notice;
  // Those of its products that no rule is for, as the audit names them.
  std::vector<std::string> unrecognised;
  // Whether there are no others: then nothing can be told.
  bool is_nothing_recognised = false;
  // Devices whose software came or went as a whole since the notice.
  size_t turned_devices = 0;
  // Devices that came with one of its products since the notice.
  size_t new_devices = 0;
  // Changes of devices that were looked at where that was not all; else 0.
  int most_changes = 0;
};

// In words, with what to do; empty: nothing is missing. Adds what the store
// says of history that is not kept any more. Errors as for Fleet.
absl::StatusOr<std::string> HoldCaveat(const Fleet& fleet,
                                       const HoldGaps& gaps);

}  // namespace rollcall::collector
