#include "collector/reconcile/metrics/core_facts.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace rollcall::collector {
namespace {

using Layer = v1::VirtualizationLayer;
using Status = v1::SourceStatus;

constexpr absl::string_view kVirtualizationSource = "virtualization";
constexpr absl::string_view kCpuSource = "hardware.cpu";

std::optional<int64_t> Count(bool known, int32_t value) {
  if (!known || value < 1) return std::nullopt;
  return value;
}

// Partitions whose unit is a processor with all its threads, where a kernel
// counts each thread as a CPU.
bool IsPartitioning(absl::string_view technology) {
  return technology == "phyp" || technology == "pr/sm";
}

// Machines that may be parted into such.
bool HasPartitions(absl::string_view architecture) {
  return absl::StartsWith(architecture, "ppc") ||
         absl::StartsWith(architecture, "s390");
}

// Sums the processors that the firmware describes (SMBIOS type 4).
class FirmwareCount {
 public:
  void Add(const v1::ProcessorPackage& package) {
    if (package.status() == "Unpopulated" ||
        absl::StartsWith(package.status(), "Populated, Disabled")) {
      return;
    }
    const auto present = Count(package.has_core_count(), package.core_count());
    const auto enabled =
        Count(package.has_core_enabled(), package.core_enabled());
    if (!present.has_value() && !enabled.has_value()) {
      all_known_ = false;
      return;
    }
    // More enabled than present is a defect of the firmware.
    total_ += std::min(enabled.value_or(*present), present.value_or(*enabled));
  }

  std::optional<int64_t> total() const {
    if (!all_known_ || total_ == 0) return std::nullopt;
    return total_;
  }

 private:
  bool all_known_ = true;
  int64_t total_ = 0;
};

// Gathers the layers and decides what kind of machine they make.
class LayerSummary {
 public:
  void Add(const Layer& layer) {
    switch (layer.kind()) {
      case Layer::KIND_HYPERVISOR_GUEST:
        only_partitions_ &= IsPartitioning(layer.technology());
        is_named_ |=
            !layer.technology().empty() && !IsPartitioning(layer.technology());
        if (!is_guest_ || technology_.empty()) technology_ = layer.technology();
        is_guest_ = true;
        break;
      case Layer::KIND_HYPERVISOR_HOST:
        is_host_ = true;
        break;
      case Layer::KIND_CONTAINER:
        is_container_ = true;
        break;
      default:
        break;
    }
  }

  // REQUIRES: core.kind_is_certain says whether all was looked at.
  void Decide(const v1::CpuTopology& cpu, CoreFacts& core) const {
    core.is_container = is_container_;
    core.technology = is_guest_ ? technology_ : cpu.hypervisor();
    if (is_guest_) {
      core.kind =
          only_partitions_ ? MachineKind::kPartition : MachineKind::kGuest;
      core.may_be_partition = !only_partitions_ && !is_named_;
    } else if (cpu.hypervisor().empty() || is_host_) {
      core.is_control_domain = !cpu.hypervisor().empty();
    } else if (core.kind_is_certain) {
      core.kind = MachineKind::kGuest;
    } else {
      DecideByName(cpu.hypervisor(), core);
    }
    core.may_be_partition &= HasPartitions(cpu.architecture());
    if (core.kind != MachineKind::kPhysical) core.kind_is_certain = true;
  }

 private:
  // By what the CPU row says of the maker alone, where nobody looked for
  // layers. The names are the agent's.
  static void DecideByName(absl::string_view hypervisor, CoreFacts& core) {
    if (hypervisor == "pHyp") {
      core.kind = MachineKind::kPartition;
    } else if (hypervisor == "Xen") {
      // Its control domain names it as its guests do.
      core.is_control_domain = true;
    } else {
      core.kind = MachineKind::kGuest;
      // One name for what parts a machine and for what runs guests on it.
      core.may_be_partition = hypervisor == "IBM";
    }
  }

  bool is_guest_ = false;
  bool only_partitions_ = true;
  // By a hypervisor that makes no partitions.
  bool is_named_ = false;
  bool is_host_ = false;
  bool is_container_ = false;
  std::string technology_;
};

void ReadTopology(const v1::CpuTopology& topology, CoreFacts& core) {
  core.sockets = Count(topology.has_sockets(), topology.sockets());
  core.online_cores =
      Count(topology.has_online_cores(), topology.online_cores());
  core.online_cpus = Count(topology.has_online_cpus(), topology.online_cpus());
  core.configured_cpus =
      Count(topology.has_configured_cpus(), topology.configured_cpus());
  core.threads_per_core =
      Count(topology.has_threads_per_core(), topology.threads_per_core());
}

void ReadStatus(const Status& status, CoreFacts& core) {
  if (status.source() == kVirtualizationSource) {
    core.kind_is_certain = status.outcome() == Status::OUTCOME_COMPLETE ||
                           status.outcome() == Status::OUTCOME_ABSENT;
  } else if (status.source() == kCpuSource) {
    core.firmware_is_whole = status.malformed_count() == 0;
  }
}

}  // namespace

std::optional<int64_t> CoreFacts::OfflineCpus() const {
  if (!configured_cpus.has_value() || !online_cpus.has_value()) {
    return std::nullopt;
  }
  return std::max<int64_t>(0, *configured_cpus - *online_cpus);
}

CoreFacts ReadCoreFacts(const DeviceFacts& facts) {
  CoreFacts core;
  FirmwareCount firmware;
  LayerSummary layers;
  v1::CpuTopology cpu;
  for (const FactRow& fact : facts.rows) {
    const v1::Row& row = *fact.row;
    if (row.has_cpu_topology()) {
      cpu = row.cpu_topology();
      ReadTopology(cpu, core);
    } else if (row.has_processor_package()) {
      firmware.Add(row.processor_package());
    } else if (row.has_virtualization_layer()) {
      layers.Add(row.virtualization_layer());
    } else if (row.has_source_status()) {
      ReadStatus(row.source_status(), core);
    }
  }
  core.firmware_cores = firmware.total();
  layers.Decide(cpu, core);
  return core;
}

}  // namespace rollcall::collector
