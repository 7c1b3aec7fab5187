// The code tables of DSP0134 3.7, in its words: chassis types (section 7.4.1),
// memory types (7.18.2), processor status (7.5) and the system UUID (7.2.1).
#include <array>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agent/sources/firmware.h"

namespace rollcall {
namespace {

constexpr absl::string_view kOutOfSpec = "<OUT OF SPEC>";

// From code 1.
constexpr absl::string_view kChassisTypes[] = {"Other",
                                               "Unknown",
                                               "Desktop",
                                               "Low Profile Desktop",
                                               "Pizza Box",
                                               "Mini Tower",
                                               "Tower",
                                               "Portable",
                                               "Laptop",
                                               "Notebook",
                                               "Hand Held",
                                               "Docking Station",
                                               "All In One",
                                               "Sub Notebook",
                                               "Space-saving",
                                               "Lunch Box",
                                               "Main Server Chassis",
                                               "Expansion Chassis",
                                               "Sub Chassis",
                                               "Bus Expansion Chassis",
                                               "Peripheral Chassis",
                                               "RAID Chassis",
                                               "Rack Mount Chassis",
                                               "Sealed-case PC",
                                               "Multi-system",
                                               "CompactPCI",
                                               "AdvancedTCA",
                                               "Blade",
                                               "Blade Enclosing",
                                               "Tablet",
                                               "Convertible",
                                               "Detachable",
                                               "IoT Gateway",
                                               "Embedded PC",
                                               "Mini PC",
                                               "Stick PC"};

// From code 1; codes 0x15 to 0x17 are reserved.
constexpr absl::string_view kMemoryTypes[] = {"Other",
                                              "Unknown",
                                              "DRAM",
                                              "EDRAM",
                                              "VRAM",
                                              "SRAM",
                                              "RAM",
                                              "ROM",
                                              "Flash",
                                              "EEPROM",
                                              "FEPROM",
                                              "EPROM",
                                              "CDRAM",
                                              "3DRAM",
                                              "SDRAM",
                                              "SGRAM",
                                              "RDRAM",
                                              "DDR",
                                              "DDR2",
                                              "DDR2 FB-DIMM",
                                              "Reserved",
                                              "Reserved",
                                              "Reserved",
                                              "DDR3",
                                              "FBD2",
                                              "DDR4",
                                              "LPDDR",
                                              "LPDDR2",
                                              "LPDDR3",
                                              "LPDDR4",
                                              "Logical non-volatile device",
                                              "HBM",
                                              "HBM2",
                                              "DDR5",
                                              "LPDDR5",
                                              "HBM3"};

// By the lowest three bits.
constexpr absl::string_view kProcessorStates[] = {
    "Unknown", "Enabled",  "Disabled By User", "Disabled By BIOS",
    "Idle",    kOutOfSpec, kOutOfSpec,         "Other"};
constexpr int kProcessorPopulated = 1 << 6;

template <size_t kSize>
absl::string_view NameFromOne(const absl::string_view (&names)[kSize],
                              int code) {
  if (code < 1 || code > static_cast<int>(kSize)) return kOutOfSpec;
  return names[code - 1];
}

}  // namespace

absl::string_view ChassisTypeName(int code) {
  return NameFromOne(kChassisTypes, code);
}

absl::string_view MemoryTypeName(int code) {
  return NameFromOne(kMemoryTypes, code);
}

std::string ProcessorStatusName(int code) {
  if ((code & kProcessorPopulated) == 0) return "Unpopulated";
  return absl::StrCat("Populated, ", kProcessorStates[code & 7]);
}

std::optional<std::string> FormatSystemUuid(absl::string_view bytes,
                                            uint16_t version) {
  if (bytes.size() != 16) return std::nullopt;
  if (bytes.find_first_not_of('\0') == absl::string_view::npos ||
      bytes.find_first_not_of('\xff') == absl::string_view::npos) {
    return std::nullopt;
  }
  constexpr uint16_t kLittleEndianSince = 0x0206;
  // Where the byte at each place of the notation comes from.
  constexpr std::array<size_t, 16> kSwapped = {3, 2, 1,  0,  5,  4,  7,  6,
                                               8, 9, 10, 11, 12, 13, 14, 15};
  std::string ordered(bytes);
  if (version >= kLittleEndianSince) {
    for (size_t i = 0; i < ordered.size(); ++i) ordered[i] = bytes[kSwapped[i]];
  }
  const std::string hex = absl::BytesToHexString(ordered);
  const absl::string_view h = hex;
  return absl::StrCat(h.substr(0, 8), "-", h.substr(8, 4), "-", h.substr(12, 4),
                      "-", h.substr(16, 4), "-", h.substr(20));
}

}  // namespace rollcall
