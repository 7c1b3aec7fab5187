// /proc/sysinfo of s390: the machine, the partition, and the hypervisors
// between it and the kernel. Source: the instruction STSI in the z/Architecture
// Principles of Operation; arch/s390/kernel/sysinfo.c of Linux.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/host/host_fs.h"
#include "agent/sources/source_output.h"

namespace rollcall {

// Empty where not stated.
struct S390Sysinfo {
  std::string manufacturer;
  // For example "2817".
  std::string type;
  std::string model;
  std::string sequence_code;
  // Of the innermost virtual machine, else of the partition; lower case.
  std::string uuid;
  // Whether the kernel runs in a logical partition, as all but a few do.
  bool in_partition = false;
  // The hypervisors from the one right beneath outward, for example
  // "KVM/Linux", "z/VM 6.4.0".
  std::vector<std::string> control_programs;
  // Whether there was anything to read.
  bool present = false;
};

// Pure.
S390Sysinfo ParseS390Sysinfo(absl::string_view content);

// From /proc/sysinfo; not present on other architectures.
S390Sysinfo ReadS390Sysinfo(const HostFs& fs, SourceReport* report);

}  // namespace rollcall
