// Telling disks from other block devices, and reading what they call
// themselves. Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace rollcall {

// Whether a name in /sys/block is that of a disk of its own.
bool IsDiskName(absl::string_view name);

// How a disk is attached, from the target of its link in /sys/block, for
// example "../devices/pci0000:00/0000:00:17.0/ata1/...". Empty if the path does
// not tell.
absl::string_view TransportOf(absl::string_view device_path);

// A world-wide name in the kernel's form ("naa.5000c500...", "eui.0025...",
// "uuid...."), lower case; absent if `text` is something else, such as a T10
// name made of model and serial number, or all zero.
std::optional<std::string> ParseWwid(absl::string_view text);

// The serial number in SCSI's vital product data page 0x80 (SPC-4, 7.8.15).
std::optional<std::string> ParseVpdSerial(absl::string_view page);

// The world-wide name in page 0x83 (SPC-4, 7.8.6): the first NAA or EUI-64
// designator of the logical unit.
std::optional<std::string> ParseVpdWwn(absl::string_view page);

}  // namespace rollcall
