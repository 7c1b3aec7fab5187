// What a file would do to the register that it is a state of. Pure.
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "collector/registers/expected_device_csv.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::collector {

// A difference. Devices stand in the order of the file, removed ones in that of
// the register.
struct RegisterPlan {
  // New devices and new states of known ones, without register and change-set.
  std::vector<v1::ExpectedDevice> states;
  // What the register says of devices that the file does not list.
  std::vector<v1::ExpectedDevice> removed;
  int added_count = 0;
  int changed_count = 0;
  int unchanged_count = 0;

  bool Changes() const { return !states.empty() || !removed.empty(); }
};

// Compares the good lines of a file with the devices of the register. A device
// that only a bad line names stays as it is. If the asset tag of any bad line
// cannot be told, no device is removed: it could be the one that the line is
// about.
RegisterPlan PlanRegister(const ExpectedDeviceFile& file,
                          absl::Span<const v1::ExpectedDevice> current);

}  // namespace rollcall::collector
