// os: the operating system and this installation of it.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/sources/architecture.h"
#include "agent/sources/fact_text.h"
#include "agent/sources/os_release.h"
#include "agent/sources/sources.h"
#include "common/proto_time.h"

namespace rollcall {
namespace {

constexpr char kSection[] = "os";
constexpr size_t kMaxFileBytes = 64 << 10;

// The content of the first of `paths` that is there; empty if none is.
std::string ReadFirst(const HostFs& fs,
                      std::initializer_list<absl::string_view> paths,
                      SourceReport* report, std::string* path = nullptr) {
  for (const absl::string_view candidate : paths) {
    absl::StatusOr<std::string> content = fs.Read(candidate, kMaxFileBytes);
    if (content.ok()) {
      if (path != nullptr) *path = std::string(candidate);
      return *std::move(content);
    }
    report->NoteError(content.status());
  }
  return "";
}

void SetRelease(const HostFs& fs, v1::OsRelease* os, SourceReport* report) {
  std::string path;
  const std::string content =
      ReadFirst(fs, {"/etc/os-release", "/usr/lib/os-release"}, report, &path);
  int malformed = 0;
  auto values = ParseOsRelease(content, &malformed);
  report->CountMalformed(path, malformed);
  const auto set = [&values, os](const char* key,
                                 std::string* (v1::OsRelease::*field)()) {
    const auto value = values.find(key);
    if (value != values.end()) *(os->*field)() = value->second;
  };
  set("ID", &v1::OsRelease::mutable_id);
  set("PRETTY_NAME", &v1::OsRelease::mutable_pretty_name);
  set("VERSION_ID", &v1::OsRelease::mutable_version_id);
  set("VERSION_CODENAME", &v1::OsRelease::mutable_version_codename);
  set("VARIANT_ID", &v1::OsRelease::mutable_variant_id);
  if (const auto end = values.find("SUPPORT_END"); end != values.end()) {
    if (auto day = ParseSupportEnd(end->second)) {
      os->set_support_end(*std::move(day));
    } else {
      report->CountMalformed(path);
    }
  }
  for (const absl::string_view like :
       absl::StrSplit(values["ID_LIKE"], ' ', absl::SkipEmpty())) {
    os->add_id_like(std::string(like));
  }
}

void SetPointRelease(const HostFs& fs, v1::OsRelease* os,
                     SourceReport* report) {
  const std::string content =
      ReadFirst(fs,
                {"/etc/debian_version", "/etc/centos-release",
                 "/etc/redhat-release", "/etc/alpine-release"},
                report);
  if (auto point = ParsePointRelease(content)) {
    os->set_point_release(*std::move(point));
  }
}

void SetKernel(const CollectContext& context, v1::OsRelease* os,
               SourceReport* report) {
  const HostFs& fs = context.fs;
  std::optional<KernelName> kernel;
  if (context.probe != nullptr) kernel = context.probe->Kernel();
  if (!kernel) {
    kernel =
        KernelName{ReadFirst(fs, {"/proc/sys/kernel/ostype"}, report),
                   ReadFirst(fs, {"/proc/sys/kernel/osrelease"}, report), ""};
  }
  if (auto name = FactText(kernel->name)) os->set_kernel_name(*name);
  if (auto release = FactText(kernel->release))
    os->set_kernel_release(*release);
  CpuInfo info;
  // Whoever asks for processors reports what is wrong with this file.
  (void)ReadCpuInfo(fs, &info);
  const std::string architecture = FindArchitecture(context, info);
  if (!architecture.empty()) os->set_architecture(architecture);
}

void SetNames(const HostFs& fs, v1::OsInstance* instance,
              SourceReport* report) {
  auto hostname =
      ParseHostname(ReadFirst(fs, {"/proc/sys/kernel/hostname"}, report));
  if (!hostname) {
    hostname = ParseHostname(ReadFirst(fs, {"/etc/hostname"}, report));
  }
  if (hostname) {
    const size_t dot = hostname->find('.');
    if (dot != std::string::npos && dot + 1 < hostname->size()) {
      instance->set_domain(hostname->substr(dot + 1));
    }
    instance->set_hostname(*std::move(hostname));
  }
  std::string path;
  const std::string id = ReadFirst(
      fs, {"/etc/machine-id", "/var/lib/dbus/machine-id"}, report, &path);
  if (auto machine_id = ParseMachineId(id)) {
    instance->set_machine_id(*std::move(machine_id));
  } else if (FactText(id) && *FactText(id) != "uninitialized") {
    report->CountMalformed(path);
  }
}

// Before this, no system that runs was installed: a clock that was not set.
bool IsPlausible(absl::Time time) {
  return time > absl::FromUnixSeconds(631'152'000);  // 1990
}

void SetInstallTime(const CollectContext& context, v1::OsInstance* instance) {
  // Debian's installer leaves its logs there and nothing touches them again.
  const auto installer = context.fs.Stat("/var/log/installer");
  if (installer.ok() && IsPlausible(installer->modified)) {
    *instance->mutable_install_time() = ToProto(
        absl::FromUnixSeconds(absl::ToUnixSeconds(installer->modified)));
    instance->set_install_evidence("modification of /var/log/installer");
    return;
  }
  // The birth of a folder that stands for a root is that of the copy.
  if (!context.fs.is_live()) return;
  const auto root = context.fs.Stat("/");
  if (!root.ok() || !root->born || !IsPlausible(*root->born)) return;
  *instance->mutable_install_time() =
      ToProto(absl::FromUnixSeconds(absl::ToUnixSeconds(*root->born)));
  instance->set_install_evidence("birth of /");
}

class OsSource final : public Source {
 public:
  absl::string_view name() const override { return kSection; }

  SourceDescription Describe() const override {
    return {.sections = {kSection},
            .paths = {"/etc/os-release", "/usr/lib/os-release",
                      "/etc/debian_version", "/etc/centos-release",
                      "/etc/redhat-release", "/etc/alpine-release",
                      "/proc/sys/kernel/{hostname,ostype,osrelease}",
                      "/proc/cpuinfo", "/etc/hostname", "/etc/machine-id",
                      "/var/lib/dbus/machine-id", "/var/log/installer", "/"},
            .privileges = "",
            .cost = "about ten small files, below 1 ms"};
  }

  SourceOutput Collect(const CollectContext& context) const override {
    SourceOutput output;
    SourceReport& report = output.report(kSection);
    v1::Row row;
    SetRelease(context.fs, row.mutable_os_release(), &report);
    if (row.os_release().ByteSizeLong() == 0) {
      report.Note(v1::SourceStatus::OUTCOME_PARTIAL,
                  "/etc/os-release: not present");
    }
    SetPointRelease(context.fs, row.mutable_os_release(), &report);
    SetKernel(context, row.mutable_os_release(), &report);
    output.Add(row);
    SetNames(context.fs, row.mutable_os_instance(), &report);
    SetInstallTime(context, row.mutable_os_instance());
    const v1::OsInstance& instance = row.os_instance();
    if (instance.has_hostname()) {
      output.evidence().set_hostname(instance.hostname());
    }
    if (instance.has_machine_id()) {
      output.evidence().set_machine_id(instance.machine_id());
    }
    output.Add(row);
    return output;
  }
};

}  // namespace

std::unique_ptr<Source> MakeOsSource() { return std::make_unique<OsSource>(); }

}  // namespace rollcall
