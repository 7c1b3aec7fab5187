// virtualization: every layer, each with what was seen of it.
#include "agent/sources/virtualization.h"

#include <utility>

#include "absl/strings/match.h"
#include "agent/sources/sources.h"
#include "agent/sources/virtualization_layers.h"

namespace rollcall {
namespace {

constexpr char kSection[] = "virtualization";
constexpr char kPciPath[] = "/proc/bus/pci/devices";
constexpr size_t kMaxPciBytes = 4 << 20;
constexpr size_t kMaxBusDevices = 4096;

using Layer = v1::VirtualizationLayer;

// The firmware's texts, of which only those that anyone may read matter here.
FirmwareFacts ReadFirmwareTexts(const HostFs& fs) {
  absl::StatusOr<FirmwareFacts> facts = ReadFirmware(fs);
  if (facts.ok()) return *std::move(facts);
  SourceReport ignored;
  facts = ReadKernelDmi(fs, &ignored);
  return facts.ok() ? *std::move(facts) : FirmwareFacts();
}

struct Name {
  absl::string_view technology;
  absl::string_view name;
};
constexpr Name kNames[] = {
    {"kvm", "KVM"},
    {"xen", "Xen"},
    {"hyperv", "Microsoft"},
    {"vmware", "VMware"},
    {"zvm", "IBM"},
    {"pr/sm", "IBM"},
    {"s390-control-program", "IBM"},
    {"virtualbox", "Oracle"},
    {"parallels", "Parallels"},
    {"phyp", "pHyp"},
    {"os400", "OS/400"},
    {"qemu", "QEMU"},
    {"uml", "User-mode Linux"},
    {"unisys-spar", "Unisys s-Par"},
};

class VirtualizationSource final : public Source {
 public:
  absl::string_view name() const override { return kSection; }

  SourceDescription Describe() const override {
    return {.sections = {kSection},
            .paths = {"/proc/cpuinfo", "/proc/sysinfo", "/proc/xen/*",
                      "/sys/hypervisor/{type,uuid}", "/proc/device-tree/*",
                      "/sys/firmware/dmi/tables/*", "/sys/class/dmi/id/*",
                      kPciPath, "/sys/bus/vmbus/devices", "/.dockerenv",
                      "/run/.containerenv", "/run/systemd/container",
                      "/run/host/container-manager", "/proc/1/cgroup"},
            .privileges = "",
            .cost = "about 20 small files, below 2 ms"};
  }

  SourceOutput Collect(const CollectContext& context) const override {
    SourceOutput output;
    SourceReport& report = output.report(kSection);
    CpuInfo info;
    report.NoteError(ReadCpuInfo(context.fs, &info));
    VirtualizationFacts facts = DetectVirtualization(context, info, &report);
    for (Layer& layer : facts.layers) {
      v1::Row row;
      *row.mutable_virtualization_layer() = std::move(layer);
      output.Add(row);
    }
    return output;
  }
};

}  // namespace

VirtualizationFacts DetectVirtualization(const CollectContext& context,
                                         const CpuInfo& info,
                                         SourceReport* report) {
  const HostFs& fs = context.fs;
  VirtualizationLayers layers;
  DetectS390(fs, &layers, report);
  if (context.probe != nullptr) {
    if (const auto signatures = context.probe->HypervisorSignatures()) {
      DetectFromSignatures(*signatures, &layers);
    }
  }
  DetectXen(fs, &layers, report);
  DetectFromDeviceTree(fs, &layers);
  DetectFromFirmware(ReadFirmwareTexts(fs), &layers);
  const auto vmbus = fs.List("/sys/bus/vmbus/devices", kMaxBusDevices);
  if (vmbus.ok() && !vmbus->empty()) {
    layers.Add(Layer::KIND_HYPERVISOR_GUEST, "hyperv", "/sys/bus/vmbus");
  }
  const absl::StatusOr<std::string> pci = fs.Read(kPciPath, kMaxPciBytes);
  report->NoteError(pci.status());
  if (pci.ok()) DetectFromPciDevices(*pci, &layers);
  if (info.vendor == "User Mode Linux") {
    layers.Add(Layer::KIND_HYPERVISOR_GUEST, "uml", "cpuinfo vendor");
  }
  if (info.hypervisor_flag) layers.AddUnnamedGuest("cpuid hypervisor flag");
  // The platform of every partition of a POWER machine; the bare machine is
  // "PowerNV".
  if (absl::StartsWith(info.platform, "pSeries")) {
    layers.AddUnnamedGuest("cpuinfo platform pSeries");
  }
  if (fs.Exists("/etc/pve") && fs.Exists("/usr/bin/pvesh")) {
    layers.Add(Layer::KIND_HYPERVISOR_HOST, "proxmox", "/etc/pve");
  }
  DetectContainers(fs, &layers, report);
  return layers.Finish();
}

std::string HypervisorName(absl::string_view technology) {
  for (const Name& entry : kNames) {
    if (entry.technology == technology) return std::string(entry.name);
  }
  return std::string(technology);
}

std::unique_ptr<Source> MakeVirtualizationSource() {
  return std::make_unique<VirtualizationSource>();
}

}  // namespace rollcall
