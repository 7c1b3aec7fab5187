// Signs of virtualisation in the file system: s390, Xen, device tree,
// containers. Contents are matched against known words and never sent; process
// environments are never read.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/sources/s390_sysinfo.h"
#include "agent/sources/virtualization_layers.h"

namespace rollcall {
namespace {

using Layer = v1::VirtualizationLayer;
constexpr auto kGuest = Layer::KIND_HYPERVISOR_GUEST;
constexpr auto kHost = Layer::KIND_HYPERVISOR_HOST;
constexpr auto kCloud = Layer::KIND_CLOUD_INSTANCE;
constexpr auto kContainer = Layer::KIND_CONTAINER;
constexpr size_t kMaxSmallFile = 4096;
constexpr size_t kMaxCgroupFile = 64 << 10;

// The content without white space around it; empty if it cannot be read, which
// `report`, if given, then says.
std::string ReadSmall(const HostFs& fs, absl::string_view path,
                      SourceReport* report, size_t max = kMaxSmallFile) {
  const absl::StatusOr<std::string> content = fs.Read(path, max);
  if (!content.ok()) {
    if (report != nullptr) report->NoteError(content.status());
    return "";
  }
  return std::string(absl::StripAsciiWhitespace(*content));
}

absl::string_view S390Technology(absl::string_view program) {
  if (absl::StrContains(program, "KVM")) return "kvm";
  if (absl::StrContains(program, "z/VM")) return "zvm";
  return "s390-control-program";
}

// Whether a list of NUL-terminated names has `name`.
bool ListHas(absl::string_view list, absl::string_view name) {
  for (const absl::string_view entry : absl::StrSplit(list, '\0')) {
    if (entry == name) return true;
  }
  return false;
}

// A word that names a container manager, as systemd and others leave it.
bool IsManagerName(absl::string_view word) {
  return !word.empty() && word.size() <= 32 &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                  c == '-';
         });
}

struct CgroupRule {
  absl::string_view part;
  absl::string_view technology;
};
constexpr CgroupRule kCgroupRules[] = {
    {"/docker/", "docker"},
    {"/docker-", "docker"},
    {"/lxc/", "lxc"},
    {"/lxc.payload", "lxc"},
    {"/kubepods", "kubernetes"},
    {"/libpod-", "podman"},
    {"/ecs/", "ecs"},
    {"/machine.slice/", "systemd-nspawn"},
};

void DetectOpenVz(const HostFs& fs, VirtualizationLayers* layers) {
  if (!fs.Exists("/proc/vz")) return;
  if (fs.Exists("/proc/bc")) {
    layers->Add(kHost, "openvz", "/proc/bc");
  } else {
    layers->Add(kContainer, "openvz", "/proc/vz");
  }
}

}  // namespace

void DetectS390(const HostFs& fs, VirtualizationLayers* layers,
                SourceReport* report) {
  const S390Sysinfo sysinfo = ReadS390Sysinfo(fs, report);
  for (const std::string& program : sysinfo.control_programs) {
    layers->Add(kGuest, S390Technology(program),
                "/proc/sysinfo control program");
  }
  if (sysinfo.present) layers->Add(kGuest, "pr/sm", "/proc/sysinfo");
}

void DetectXen(const HostFs& fs, VirtualizationLayers* layers,
               SourceReport* report) {
  const std::string capabilities =
      ReadSmall(fs, "/proc/xen/capabilities", report);
  if (absl::StrContains(capabilities, "control_d")) {
    layers->Add(kHost, "xen", "/proc/xen/capabilities");
    return;
  }
  if (ReadSmall(fs, "/sys/hypervisor/type", report) == "xen") {
    layers->Add(kGuest, "xen", "/sys/hypervisor/type");
  }
  if (fs.Exists("/proc/xen")) layers->Add(kGuest, "xen", "/proc/xen");
  if (absl::StartsWith(ReadSmall(fs, "/sys/hypervisor/uuid", nullptr), "ec2")) {
    layers->Add(kCloud, "aws", "/sys/hypervisor/uuid");
  }
}

void DetectFromDeviceTree(const HostFs& fs, VirtualizationLayers* layers) {
  const std::string compatible =
      ReadSmall(fs, "/proc/device-tree/compatible", nullptr);
  const std::string hypervisor =
      ReadSmall(fs, "/proc/device-tree/hypervisor/compatible", nullptr);
  constexpr absl::string_view kNode = "device tree node hypervisor";
  if (ListHas(hypervisor, "linux,kvm")) layers->Add(kGuest, "kvm", kNode);
  if (ListHas(hypervisor, "xen,xen")) layers->Add(kGuest, "xen", kNode);
  if (ListHas(hypervisor, "vmware")) layers->Add(kGuest, "vmware", kNode);
  if (ListHas(compatible, "qemu,pseries")) {
    layers->Add(kGuest, "kvm", "device tree compatible qemu,pseries");
  } else if (ListHas(compatible, "linux,dummy-virt")) {
    layers->Add(kGuest, "qemu", "device tree compatible linux,dummy-virt");
  } else if (fs.Exists("/proc/device-tree/ibm,partition-name") &&
             fs.Exists("/proc/device-tree/hmc-managed?") &&
             !ListHas(compatible, "ibm,powernv")) {
    layers->Add(kGuest, "phyp", "device tree ibm,partition-name");
  }
  if (fs.Exists("/proc/iSeries")) {
    layers->Add(kGuest, "os400", "/proc/iSeries");
  }
}

void DetectContainers(const HostFs& fs, VirtualizationLayers* layers,
                      SourceReport* report) {
  for (const absl::string_view path :
       {"/run/systemd/container", "/run/host/container-manager"}) {
    const std::string manager = ReadSmall(fs, path, report);
    if (IsManagerName(manager)) layers->Add(kContainer, manager, path);
  }
  if (fs.Exists("/.dockerenv")) {
    layers->Add(kContainer, "docker", "/.dockerenv");
  }
  if (fs.Exists("/run/.containerenv")) {
    layers->Add(kContainer, "podman", "/run/.containerenv");
  }
  if (fs.Exists("/run/secrets/kubernetes.io")) {
    layers->Add(kContainer, "kubernetes", "/run/secrets/kubernetes.io");
  }
  const std::string cgroup =
      ReadSmall(fs, "/proc/1/cgroup", report, kMaxCgroupFile);
  for (const CgroupRule& rule : kCgroupRules) {
    if (absl::StrContains(cgroup, rule.part)) {
      layers->Add(kContainer, rule.technology, "/proc/1/cgroup");
    }
  }
  DetectOpenVz(fs, layers);
  const std::string release = absl::AsciiStrToLower(
      ReadSmall(fs, "/proc/sys/kernel/osrelease", nullptr));
  if (absl::StrContains(release, "microsoft") ||
      absl::StrContains(release, "wsl")) {
    layers->Add(kContainer, "wsl", "kernel release");
  }
}

}  // namespace rollcall
