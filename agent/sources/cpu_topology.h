// Counting sockets, cores and threads: what the kernel says of each CPU, to
// the numbers that licences are counted in. Pure.
//
// Two CPUs are threads of one core if the kernel lists them as thread siblings,
// and are in one socket if it lists them in one package. The lists are
// preferred over the ids: on some machines (POWER and s390 partitions) a
// package's id is -1, on others it repeats from book to book.
#pragma once

#include <optional>
#include <vector>

#include "agent/sources/cpu_info.h"
#include "agent/sources/cpu_set.h"

namespace rollcall {

// What sysfs says of one CPU that is online. Negative ids are absent.
struct CpuPlace {
  int cpu = 0;
  std::optional<CpuSet> core_cpus;
  std::optional<CpuSet> package_cpus;
  std::optional<int> core_id;
  std::optional<int> package_id;
  std::optional<int> book_id;
  std::optional<int> drawer_id;
  // The NUMA node.
  std::optional<int> node;

  // Whether sysfs describes the place at all.
  bool known() const {
    return core_cpus || package_cpus || core_id || package_id;
  }
};

// How far packages can be believed.
enum class PackageTrust {
  kTrusted,
  // Linux on ARM took clusters for packages before it knew better (ACPI: 4.19
  // with a PPTT; device tree: 6.0). Packages that share a NUMA node are then
  // one, since a node never spans two sockets; without nodes there is one.
  kMayBeClusters,
  // Cores of unlike models: they are on one chip.
  kOneChip,
};

struct CpuTopologyCounts {
  // Absent where the package of a core is unknown and there are several.
  std::optional<int> sockets;
  // Absent where the core of a CPU is unknown and there are several.
  std::optional<int> cores;
  // Absent where cores differ, or are unknown.
  std::optional<int> threads_per_core;
};

// `places` holds one entry for each CPU online; `all_online` says that no CPU
// that is present is offline.
CpuTopologyCounts CountTopology(const std::vector<CpuPlace>& places,
                                PackageTrust trust, bool all_online);

// The same from /proc/cpuinfo alone, for kernels whose sysfs has no topology.
// `online` is how many CPUs are online.
CpuTopologyCounts CountTopologyFromCpuInfo(const CpuInfo& info, int online);

}  // namespace rollcall
