// The facts that a machine's firmware states of it. Field offsets and code
// tables: DMTF DSP0134 3.7, section 7.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/host/host_fs.h"
#include "agent/sources/smbios.h"
#include "agent/sources/source_output.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall {

// Row by row; lists are in the order of the table. An identity without any fact
// is left out of its list.
struct FirmwareFacts {
  v1::BiosRelease bios;
  v1::SystemModel system;
  v1::SystemIdentity system_identity;
  std::vector<v1::BoardModel> boards;
  std::vector<v1::BoardIdentity> board_identities;
  std::vector<v1::ChassisModel> chassis;
  std::vector<v1::ChassisIdentity> chassis_identities;
  std::vector<v1::ProcessorPackage> processors;
  std::vector<v1::ProcessorIdentity> processor_identities;
  std::vector<v1::MemoryModule> memory_modules;
  std::vector<v1::MemoryModuleIdentity> memory_identities;
  // The sum of the modules' sizes; absent without modules, where the size of
  // one is unknown, and where the table broke off: more may have followed.
  std::optional<int64_t> installed_memory_bytes;
  // Whether the table broke off.
  bool is_damaged = false;
  // References to texts that are not there, and texts with bytes that had to be
  // replaced.
  int bad_texts = 0;
};

// From tables. INVALID_ARGUMENT if the entry point is none. Pure.
absl::StatusOr<FirmwareFacts> ParseFirmware(absl::string_view entry_point,
                                            absl::string_view table);

// From /sys/firmware/dmi/tables. NOT_FOUND where the machine has none,
// PERMISSION_DENIED without root, INVALID_ARGUMENT if they are malformed.
absl::StatusOr<FirmwareFacts> ReadFirmware(const HostFs& fs);

// What the kernel kept of the tables in /sys/class/dmi/id: the first structure
// of each kind, serial numbers only for root. Failures go into `report`.
// NOT_FOUND where there is none.
absl::StatusOr<FirmwareFacts> ReadKernelDmi(const HostFs& fs,
                                            SourceReport* report);

// Reports that `facts` could not be read or were partly malformed.
void ReportFirmware(const absl::StatusOr<FirmwareFacts>& facts,
                    SourceReport* report);

// The system UUID in its usual notation, from 16 bytes; the first three fields
// are little-endian from version 2.6 on. Absent if all bits are 0 or all 1.
std::optional<std::string> FormatSystemUuid(absl::string_view bytes,
                                            uint16_t version);

// The specification's words for codes, "Unknown" among them, which is what some
// firmware states; "<OUT OF SPEC>" for codes that have none.
absl::string_view ChassisTypeName(int code);
absl::string_view MemoryTypeName(int code);
// "Populated, Enabled" or "Unpopulated".
std::string ProcessorStatusName(int code);

}  // namespace rollcall
