// What the core metric reads from a device's rows. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "collector/reconcile/metric.h"

namespace rollcall::collector {

// What the counts are counts of.
enum class MachineKind {
  kPhysical,   // cores of the machine
  kGuest,      // vCPUs that a hypervisor gave
  kPartition,  // processors of a partition, each a core with its threads
};

// Counts below 1 are taken for unknown: no machine has them.
struct CoreFacts {
  MachineKind kind = MachineKind::kPhysical;
  // Whether all was looked at that would tell a guest from a machine.
  bool kind_is_certain = false;
  // A guest of nobody knows whom, on a machine that may as well be parted.
  bool may_be_partition = false;
  // A control domain: its kernel may be given only some of the machine's cores.
  bool is_control_domain = false;
  bool is_container = false;
  // What runs beneath, for example "kvm"; empty if nothing or unknown.
  std::string technology;

  // As the kernel counts; see CpuTopology.
  std::optional<int64_t> sockets;
  std::optional<int64_t> online_cores;
  std::optional<int64_t> online_cpus;
  std::optional<int64_t> configured_cpus;
  std::optional<int64_t> threads_per_core;

  // Cores that the firmware enables, over all processors that it tells of;
  // nothing unless each of them states it.
  std::optional<int64_t> firmware_cores;
  // Whether that is sure to be all: nothing that was read of the processors was
  // malformed.
  bool firmware_is_whole = true;

  // CPUs that are configured and not online, if both counts are known.
  std::optional<int64_t> OfflineCpus() const;
};

CoreFacts ReadCoreFacts(const DeviceFacts& facts);

}  // namespace rollcall::collector
