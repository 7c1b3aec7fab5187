// What /sys/devices/system/cpu says: which CPUs there are and where each is.
// Source: Documentation/admin-guide/cputopology.rst and
// Documentation/ABI/stable/sysfs-devices-system-cpu of Linux.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/host/host_fs.h"
#include "agent/sources/cpu_set.h"
#include "agent/sources/cpu_topology.h"
#include "agent/sources/source_output.h"

namespace rollcall {

struct CpuSysfs {
  // Absent where sysfs does not say.
  std::optional<CpuSet> present;
  std::optional<CpuSet> online;
  // One for each CPU online.
  std::vector<CpuPlace> places;
  // Whether any place is described.
  bool has_topology = false;
  // Whether the kernel gives clusters numbers of their own, so that it does not
  // take them for packages.
  bool knows_clusters = false;
  // Whether cores may run several threads, in the kernel's words; absent where
  // the kernel cannot tell.
  std::optional<std::string> smt_control;
};

// Missing files are no failure; others go into `report`. `fallback_online` is
// used where sysfs lists no CPUs.
CpuSysfs ReadCpuSysfs(const HostFs& fs, const CpuSet& fallback_online,
                      SourceReport* report);

// Whether packages of this machine may be clusters; see PackageTrust.
PackageTrust JudgePackages(const HostFs& fs, const CpuInfo& info,
                           const CpuSysfs& sysfs,
                           absl::string_view architecture);

}  // namespace rollcall
