// hardware.cpu: the processors as the kernel runs them, and the sockets as the
// firmware describes them.
#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/sources/architecture.h"
#include "agent/sources/cpu_info.h"
#include "agent/sources/cpu_sysfs.h"
#include "agent/sources/cpu_topology.h"
#include "agent/sources/firmware.h"
#include "agent/sources/sources.h"
#include "agent/sources/virtualization.h"

namespace rollcall {
namespace {

constexpr char kSection[] = "hardware.cpu";

// The CPUs that /proc/cpuinfo lists, which are those online.
CpuSet ListedCpus(const CpuInfo& info) {
  CpuSet cpus;
  for (const CpuInfoRecord& record : info.processors) {
    cpus.push_back(*record.processor);
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

CpuSet Difference(const CpuSet& all, const CpuSet& minus) {
  CpuSet rest;
  std::set_difference(all.begin(), all.end(), minus.begin(), minus.end(),
                      std::back_inserter(rest));
  return rest;
}

void SetCounts(const CpuTopologyCounts& counts, v1::CpuTopology* topology) {
  if (counts.sockets) topology->set_sockets(*counts.sockets);
  if (counts.cores) topology->set_online_cores(*counts.cores);
  if (counts.threads_per_core) {
    topology->set_threads_per_core(*counts.threads_per_core);
  }
}

v1::CpuTopology ReadTopology(const CollectContext& context,
                             SourceReport* report) {
  v1::CpuTopology topology;
  CpuInfo info;
  report->NoteError(ReadCpuInfo(context.fs, &info));
  const std::string architecture = FindArchitecture(context, info);
  if (!architecture.empty()) topology.set_architecture(architecture);
  if (!info.vendor.empty()) topology.set_vendor(info.vendor);
  topology.mutable_models()->Assign(info.models.begin(), info.models.end());

  const CpuSet listed = ListedCpus(info);
  const CpuSysfs sysfs = ReadCpuSysfs(context.fs, listed, report);
  const CpuSet& online = sysfs.online ? *sysfs.online : listed;
  const CpuSet& present = sysfs.present ? *sysfs.present : online;
  if (sysfs.smt_control) topology.set_smt_control(*sysfs.smt_control);
  if (online.empty()) return topology;
  topology.set_online_cpus(static_cast<int>(online.size()));
  topology.set_configured_cpus(static_cast<int>(present.size()));
  const CpuSet offline = Difference(present, online);
  if (!offline.empty()) {
    topology.set_offline_cpu_list(FormatCpuList(offline));
  }
  if (sysfs.has_topology) {
    SetCounts(
        CountTopology(sysfs.places,
                      JudgePackages(context.fs, info, sysfs, architecture),
                      offline.empty()),
        &topology);
  } else {
    SetCounts(CountTopologyFromCpuInfo(info, static_cast<int>(online.size())),
              &topology);
  }
  SourceReport ignored;
  const VirtualizationFacts virtualization =
      DetectVirtualization(context, info, &ignored);
  if (virtualization.hypervisor) {
    topology.set_hypervisor(HypervisorName(*virtualization.hypervisor));
  }
  return topology;
}

void AddFirmwareRows(const HostFs& fs, SourceOutput* output) {
  absl::StatusOr<FirmwareFacts> facts = ReadFirmware(fs);
  ReportFirmware(facts, &output->report(kSection));
  if (!facts.ok()) return;
  v1::Row row;
  for (v1::ProcessorPackage& package : facts->processors) {
    *row.mutable_processor_package() = std::move(package);
    output->Add(row);
  }
  for (v1::ProcessorIdentity& identity : facts->processor_identities) {
    *row.mutable_processor_identity() = std::move(identity);
    output->Add(row);
  }
}

class CpuSource final : public Source {
 public:
  absl::string_view name() const override { return kSection; }

  SourceDescription Describe() const override {
    return {
        .sections = {kSection},
        .paths = {"/proc/cpuinfo", "/sys/devices/system/cpu/*",
                  "/sys/devices/system/node/*", "/sys/firmware/dmi/tables/*"},
        .privileges = "root reads what the firmware says of sockets",
        .cost = "about six small files for each CPU"};
  }

  SourceOutput Collect(const CollectContext& context) const override {
    SourceOutput output;
    SourceReport& report = output.report(kSection);
    v1::Row row;
    *row.mutable_cpu_topology() = ReadTopology(context, &report);
    const v1::CpuTopology& topology = row.cpu_topology();
    if (!topology.has_online_cpus()) {
      report.Note(v1::SourceStatus::OUTCOME_ABSENT,
                  "neither /sys/devices/system/cpu nor /proc/cpuinfo lists "
                  "processors");
    } else if (!topology.has_sockets() || !topology.has_online_cores()) {
      report.Note(v1::SourceStatus::OUTCOME_PARTIAL,
                  "the kernel does not say which CPUs share cores and sockets");
    }
    output.Add(row);
    AddFirmwareRows(context.fs, &output);
    return output;
  }
};

}  // namespace

std::unique_ptr<Source> MakeCpuSource() {
  return std::make_unique<CpuSource>();
}

}  // namespace rollcall
