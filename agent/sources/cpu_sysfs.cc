#include "agent/sources/cpu_sysfs.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/sources/fact_text.h"

namespace rollcall {
namespace {

constexpr char kCpuPath[] = "/sys/devices/system/cpu";
constexpr char kOnlinePath[] = "/sys/devices/system/cpu/online";
constexpr char kNodePath[] = "/sys/devices/system/node";
constexpr size_t kMaxNodes = 4096;
constexpr size_t kMaxFileBytes = 64 << 10;
// How often all is read anew because CPUs came or went meanwhile.
constexpr int kTries = 3;
// Some kernels print the absent id as an unsigned 16-bit -1.
constexpr int kUnsignedAbsentId = 65535;

// Reads attributes of one directory.
class Attributes {
 public:
  Attributes(const HostDir& dir, absl::string_view path, SourceReport* report)
      : dir_(dir), path_(path), report_(*report) {}

  // The first of `names` that is there: lists end in "_list", the others are
  // masks.
  std::optional<CpuSet> Cpus(
      std::initializer_list<absl::string_view> names) const {
    for (const absl::string_view name : names) {
      const std::optional<std::string> text = Get(name);
      if (!text) continue;
      std::optional<CpuSet> cpus = absl::EndsWith(name, "_list")
                                       ? ParseCpuList(*text)
                                       : ParseCpuMask(*text);
      if (cpus && !cpus->empty()) return cpus;
      if (!cpus) report_.CountMalformed(absl::StrCat(path_, "/", name));
    }
    return std::nullopt;
  }

  // An id; absent where it is negative, which means that there is none.
  std::optional<int> Id(absl::string_view name) const {
    const std::optional<std::string> text = Get(name);
    if (!text) return std::nullopt;
    const std::optional<int64_t> id = FactInteger(*text);
    if (!id || *id > INT32_MAX) {
      report_.CountMalformed(absl::StrCat(path_, "/", name));
      return std::nullopt;
    }
    if (*id < 0) return std::nullopt;
    return static_cast<int>(*id);
  }

 private:
  std::optional<std::string> Get(absl::string_view name) const {
    absl::StatusOr<std::string> text = dir_.Read(name, kMaxFileBytes);
    if (text.ok()) return *std::move(text);
    report_.NoteError(text.status());
    return std::nullopt;
  }

  const HostDir& dir_;
  const absl::string_view path_;
  SourceReport& report_;
};

std::optional<CpuSet> ReadList(const HostFs& fs, absl::string_view path,
                               SourceReport* report) {
  const absl::StatusOr<std::string> text = fs.Read(path, kMaxFileBytes);
  report->NoteError(text.status());
  if (!text.ok()) return std::nullopt;
  std::optional<CpuSet> cpus = ParseCpuList(*text);
  if (!cpus) report->CountMalformed(path);
  return cpus;
}

// The NUMA node of each CPU.
std::map<int, int> ReadNodes(const HostFs& fs, SourceReport* report) {
  std::map<int, int> node_of_cpu;
  const auto names = fs.List(kNodePath, kMaxNodes);
  report->NoteError(names.status());
  if (!names.ok()) return node_of_cpu;
  for (const absl::string_view name : *names) {
    int node = 0;
    if (!absl::StartsWith(name, "node") ||
        !absl::SimpleAtoi(name.substr(4), &node)) {
      continue;
    }
    const std::string path = absl::StrCat(kNodePath, "/", name);
    std::optional<CpuSet> cpus =
        ReadList(fs, absl::StrCat(path, "/cpulist"), report);
    if (!cpus) {
      const auto mask = fs.Read(absl::StrCat(path, "/cpumap"), kMaxFileBytes);
      if (mask.ok()) cpus = ParseCpuMask(*mask);
    }
    if (!cpus) continue;
    for (const int cpu : *cpus) node_of_cpu[cpu] = node;
  }
  return node_of_cpu;
}

// CPUs by their directories, for kernels without the lists.
CpuSet ListCpuDirectories(const HostFs& fs) {
  CpuSet cpus;
  const auto names = fs.List(kCpuPath, 2 * kMaxCpus);
  if (!names.ok()) return cpus;
  for (absl::string_view name : *names) {
    int cpu = 0;
    if (absl::ConsumePrefix(&name, "cpu") && absl::SimpleAtoi(name, &cpu) &&
        cpu >= 0 && cpu < kMaxCpus) {
      cpus.push_back(cpu);
    }
  }
  std::sort(cpus.begin(), cpus.end());
  return cpus;
}

void ReadPlace(const HostFs& fs, CpuPlace* place, CpuSysfs* sysfs,
               SourceReport* report) {
  const std::string path =
      absl::StrCat(kCpuPath, "/cpu", place->cpu, "/topology");
  const auto dir = fs.OpenDir(path);
  if (!dir.ok()) {
    report->NoteError(dir.status());
    return;
  }
  const Attributes attributes(**dir, path, report);
  place->core_cpus = attributes.Cpus({"core_cpus_list", "thread_siblings_list",
                                      "core_cpus", "thread_siblings"});
  place->package_cpus =
      attributes.Cpus({"package_cpus_list", "core_siblings_list",
                       "package_cpus", "core_siblings"});
  if (!place->core_cpus) place->core_id = attributes.Id("core_id");
  if (!place->package_cpus || !place->core_cpus) {
    place->package_id = attributes.Id("physical_package_id");
    place->book_id = attributes.Id("book_id");
    place->drawer_id = attributes.Id("drawer_id");
  }
  if (place == &sysfs->places.front()) {
    const std::optional<int> cluster = attributes.Id("cluster_id");
    sysfs->knows_clusters = cluster && *cluster != kUnsignedAbsentId;
  }
  sysfs->has_topology = sysfs->has_topology || place->known();
}

bool IsArm(absl::string_view architecture) {
  return architecture == "aarch64" || absl::StartsWith(architecture, "arm");
}

// Whether the device tree names sockets (Linux 6.0 then numbers packages after
// them).
bool DeviceTreeNamesSockets(const HostFs& fs) {
  return fs.Exists("/proc/device-tree/cpus/cpu-map/socket0");
}

// Some architectures give the number of threads that a core may run.
bool IsSmtControl(absl::string_view text) {
  const std::optional<int64_t> threads = FactInteger(text);
  return text == "on" || text == "off" || text == "forceoff" ||
         text == "notsupported" || (threads && *threads > 0);
}

std::optional<std::string> ReadSmtControl(const HostFs& fs,
                                          SourceReport* report) {
  const std::string path = absl::StrCat(kCpuPath, "/smt/control");
  const absl::StatusOr<std::string> content = fs.Read(path, kMaxFileBytes);
  report->NoteError(content.status());
  if (!content.ok()) return std::nullopt;
  std::optional<std::string> text = FactText(*content);
  if (text && IsSmtControl(*text)) return text;
  // The kernel's word for not knowing.
  if (!text || *text != "notimplemented") report->CountMalformed(path);
  return std::nullopt;
}

CpuSysfs ReadOnce(const HostFs& fs, const CpuSet& fallback_online,
                  SourceReport* report) {
  CpuSysfs sysfs;
  sysfs.present = ReadList(fs, absl::StrCat(kCpuPath, "/present"), report);
  sysfs.online = ReadList(fs, kOnlinePath, report);
  if (!sysfs.present) {
    CpuSet directories = ListCpuDirectories(fs);
    if (!directories.empty()) sysfs.present = std::move(directories);
  }
  const CpuSet& online = sysfs.online ? *sysfs.online : fallback_online;
  const std::map<int, int> node_of_cpu = ReadNodes(fs, report);
  sysfs.places.resize(online.size());
  for (size_t i = 0; i < online.size(); ++i) {
    CpuPlace& place = sysfs.places[i];
    place.cpu = online[i];
    const auto node = node_of_cpu.find(place.cpu);
    if (node != node_of_cpu.end()) place.node = node->second;
    ReadPlace(fs, &place, &sysfs, report);
  }
  sysfs.smt_control = ReadSmtControl(fs, report);
  return sysfs;
}

// Whether CPUs came or went while their places were read: a place that was
// there for the one list is gone for the other.
bool OnlineChanged(const HostFs& fs, const CpuSysfs& sysfs) {
  SourceReport ignored;
  return sysfs.online && ReadList(fs, kOnlinePath, &ignored) != sysfs.online;
}

}  // namespace

CpuSysfs ReadCpuSysfs(const HostFs& fs, const CpuSet& fallback_online,
                      SourceReport* report) {
  for (int left = kTries; true; --left) {
    SourceReport of_this_time = *report;
    CpuSysfs sysfs = ReadOnce(fs, fallback_online, &of_this_time);
    if (left == 1 || !OnlineChanged(fs, sysfs)) {
      *report = std::move(of_this_time);
      return sysfs;
    }
  }
}

PackageTrust JudgePackages(const HostFs& fs, const CpuInfo& info,
                           const CpuSysfs& sysfs,
                           absl::string_view architecture) {
  if (!IsArm(architecture)) return PackageTrust::kTrusted;
  if (info.models.size() > 1) return PackageTrust::kOneChip;
  if (sysfs.knows_clusters || DeviceTreeNamesSockets(fs) ||
      fs.Exists("/sys/firmware/acpi/tables/PPTT")) {
    return PackageTrust::kTrusted;
  }
  return PackageTrust::kMayBeClusters;
}

}  // namespace rollcall
