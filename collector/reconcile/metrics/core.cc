// Cores: what most server software is bought by. On a physical machine its
// physical cores, on a virtual machine the vCPUs that it was given, in a
// partition of a POWER or Z machine its processors.
//
// What counts is what the machine has, not what its kernel runs today: cores
// that are switched off may be switched on again. So a difference is not
// decided here, but shown as a range with the fact that would decide it.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/reconcile/metrics/core_facts.h"
#include "collector/reconcile/metrics/metrics.h"

namespace rollcall::collector {
namespace {

constexpr char kNoCores[] = "hardware.cpu: the number of cores";
constexpr char kNoConfigured[] = "hardware.cpu: the CPUs that are configured";

// The least and the most that the facts allow.
struct Bounds {
  int64_t least = 1;
  // Nothing: open.
  std::optional<int64_t> most;
  std::vector<std::string> missing;
};

int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// The least number of cores that the kernel's counts allow: one at least, since
// the device runs.
int64_t LeastCores(const CoreFacts& core) {
  if (core.online_cores.has_value()) return *core.online_cores;
  int64_t least = core.sockets.value_or(1);
  if (core.online_cpus.has_value() && core.threads_per_core.has_value()) {
    least =
        std::max(least, DivideUp(*core.online_cpus, *core.threads_per_core));
  }
  return least;
}

// By the kernel's counts alone. A CPU that is offline may be a core of its own.
Bounds KernelCores(const CoreFacts& core) {
  Bounds bounds;
  bounds.least = LeastCores(core);
  const std::optional<int64_t> offline = core.OfflineCpus();
  if (!core.online_cores.has_value()) {
    bounds.missing.push_back(kNoCores);
    if (core.configured_cpus.has_value()) {
      bounds.most = std::max(bounds.least, *core.configured_cpus);
    }
  } else if (!offline.has_value()) {
    bounds.missing.push_back(kNoConfigured);
  } else {
    bounds.most = bounds.least + *offline;
    if (*offline > 0) {
      bounds.missing.push_back(absl::StrCat(
          "hardware.cpu: which cores ", *offline,
          " offline CPUs are, and whether they are switched off for good"));
    }
  }
  return bounds;
}

bool KernelCounts(const CoreFacts& core) {
  return core.online_cores.has_value() || core.online_cpus.has_value();
}

// Whether the firmware's count tells all that the machine has. The kernel runs
// what is there: a firmware that states less is wrong.
bool FirmwareSettles(const CoreFacts& core) {
  return core.firmware_cores.has_value() && core.firmware_is_whole &&
         (!KernelCounts(core) || *core.firmware_cores >= LeastCores(core));
}

// A firmware that does not tell of all may enable more than it says.
void AllowForFirmware(int64_t firmware, bool kernel_counts, Bounds& bounds) {
  if (!kernel_counts) bounds.least = std::max(bounds.least, firmware);
  if (!bounds.most.has_value() || *bounds.most >= firmware) return;
  bounds.most.reset();
  bounds.missing.push_back(
      absl::StrCat("hardware.cpu: how many cores the firmware enables: some of "
                   "what was read is malformed, and it tells of ",
                   firmware));
}

Bounds UnsettledCores(const CoreFacts& core) {
  Bounds bounds = KernelCores(core);
  if (core.is_control_domain) {
    bounds.most.reset();
    bounds.missing.push_back(
        absl::StrCat("hardware.cpu: the cores that ", core.technology,
                     " keeps from its control domain (the firmware's count)"));
  }
  if (core.firmware_cores.has_value()) {
    AllowForFirmware(*core.firmware_cores, KernelCounts(core), bounds);
  }
  return bounds;
}

Bounds PhysicalCores(const CoreFacts& core) {
  if (!FirmwareSettles(core)) return UnsettledCores(core);
  const int64_t firmware = *core.firmware_cores;
  Bounds bounds;
  bounds.least = KernelCounts(core) ? LeastCores(core) : firmware;
  bounds.most = firmware;
  if (bounds.least < firmware) {
    bounds.missing.push_back(absl::StrCat(
        "hardware.cpu: whether ", firmware - bounds.least, " of ", firmware,
        " cores that the firmware enables are switched off for good"));
  }
  return bounds;
}

Bounds GuestCpus(const CoreFacts& core) {
  Bounds bounds;
  bounds.least = core.online_cpus.value_or(LeastCores(core));
  if (!core.online_cpus.has_value()) {
    bounds.missing.push_back("hardware.cpu: the number of vCPUs");
  }
  if (!core.configured_cpus.has_value()) {
    if (core.online_cpus.has_value()) bounds.missing.push_back(kNoConfigured);
    return bounds;
  }
  bounds.most = std::max(bounds.least, *core.configured_cpus);
  if (core.online_cpus.has_value() && bounds.least < *bounds.most) {
    bounds.missing.push_back(
        absl::StrCat("hardware.cpu: whether ", *bounds.most - bounds.least,
                     " vCPUs that are offline are taken away for good"));
  }
  return bounds;
}

// A machine that may as well be a guest has at most the larger of both counts.
void AllowForGuest(const CoreFacts& core, Bounds& bounds) {
  const Bounds guest = GuestCpus(core);
  if (!bounds.most.has_value()) return;
  if (guest.most.has_value() && *guest.most <= *bounds.most) return;
  bounds.most = guest.most;
  bounds.missing.push_back(
      "virtualization: whether a hypervisor is beneath, since not all that "
      "would show it could be read");
}

// Of a partition the threads do not count.
void AllowForPartition(const CoreFacts& core, Bounds& bounds) {
  const int64_t cores = LeastCores(core);
  if (cores >= bounds.least) return;
  bounds.least = cores;
  bounds.missing.push_back(
      "virtualization: which hypervisor is beneath: of a partition processors "
      "count, of a virtual machine vCPUs");
}

Bounds BoundsOf(const CoreFacts& core) {
  Bounds bounds;
  switch (core.kind) {
    case MachineKind::kGuest:
      bounds = GuestCpus(core);
      if (core.may_be_partition) AllowForPartition(core, bounds);
      return bounds;
    case MachineKind::kPartition:
      return KernelCores(core);
    case MachineKind::kPhysical:
      bounds = PhysicalCores(core);
      if (!core.kind_is_certain) AllowForGuest(core, bounds);
      return bounds;
  }
  return bounds;
}

std::string UnitOf(const CoreFacts& core, bool one) {
  const absl::string_view plural = one ? "" : "s";
  switch (core.kind) {
    case MachineKind::kGuest:
      return absl::StrCat("vCPU", plural, " of a virtual machine");
    case MachineKind::kPartition:
      return absl::StrCat("processor", plural, " of a partition");
    case MachineKind::kPhysical:
      break;
  }
  return absl::StrCat("physical core", plural);
}

std::string Explain(const CoreFacts& core, const Bounds& bounds) {
  const bool exact = bounds.most == bounds.least;
  std::string text = absl::StrCat(exact ? "" : "at least ", bounds.least, " ",
                                  UnitOf(core, exact && bounds.least == 1));
  if (core.kind == MachineKind::kPhysical) {
    if (core.sockets.has_value()) {
      absl::StrAppend(&text, " (", *core.sockets,
                      *core.sockets == 1 ? " socket)" : " sockets)");
    }
  } else if (!core.technology.empty()) {
    absl::StrAppend(&text, " (", core.technology, ")");
  }
  if (!exact && bounds.most.has_value()) {
    absl::StrAppend(&text, ", at most ", *bounds.most);
  }
  if (core.is_container) {
    text += "; a container has no processors of its own, these are its host's";
  }
  return text;
}

bool Decides(const v1::Row& row, const CoreFacts& core) {
  if (row.has_processor_package()) return core.kind == MachineKind::kPhysical;
  if (row.has_source_status()) {
    const std::string& source = row.source_status().source();
    return (source == "virtualization" && !core.kind_is_certain) ||
           (source == "hardware.cpu" && !core.firmware_is_whole);
  }
  return row.has_cpu_topology() || row.has_virtualization_layer();
}

}  // namespace

Measured MeasureCore(const DeviceFacts& facts) {
  const CoreFacts core = ReadCoreFacts(facts);
  Bounds bounds = BoundsOf(core);
  Measured measured;
  measured.low = measured.expected = Quantity::Of(bounds.least);
  measured.high = bounds.most.has_value() ? Quantity::Of(*bounds.most)
                                          : Quantity::Unlimited();
  measured.explanation = Explain(core, bounds);
  if (measured.low != measured.high) {
    measured.missing_facts = std::move(bounds.missing);
  }
  for (const FactRow& fact : facts.rows) {
    if (Decides(*fact.row, core)) measured.decided_by.push_back(fact);
  }
  return measured;
}

}  // namespace rollcall::collector
