// Evidence of machines for tests.
#pragma once

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// A laptop with hardware and a system of its own.
inline v1::Evidence Laptop(int number) {
  v1::Evidence evidence;
  evidence.set_system_serial(absl::StrCat("SN", number));
  evidence.set_system_manufacturer("Dell Inc.");
  evidence.set_system_product("Latitude");
  evidence.set_system_uuid(
      absl::StrFormat("4c4c4544-0039-3010-8048-%012d", number));
  evidence.add_disk_ids(absl::StrCat("eui.", number));
  evidence.add_permanent_macs(absl::StrFormat("00:11:22:33:44:%02d", number));
  evidence.set_machine_id(absl::StrCat("machine-", number));
  evidence.set_hostname(absl::StrCat("laptop-", number));
  return evidence;
}

}  // namespace rollcall::collector
