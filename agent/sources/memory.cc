// hardware.memory: what the kernel manages, and the modules in their slots.
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/sources/fact_text.h"
#include "agent/sources/firmware.h"
#include "agent/sources/meminfo.h"
#include "agent/sources/sources.h"

namespace rollcall {
namespace {

constexpr char kSection[] = "hardware.memory";
constexpr char kMeminfoPath[] = "/proc/meminfo";
constexpr int64_t kMiB = 1 << 20;

v1::MemoryCapacity ReadCapacity(const HostFs& fs, SourceReport* report) {
  v1::MemoryCapacity capacity;
  const absl::StatusOr<std::string> content =
      fs.Read(kMeminfoPath, kMaxMeminfoBytes);
  report->NoteError(content.status());
  if (!content.ok()) return capacity;
  if (const auto total = ParseMeminfo(*content, "MemTotal")) {
    capacity.set_usable_bytes(*total / kMiB * kMiB);
  } else {
    report->CountMalformed(kMeminfoPath);
  }
  return capacity;
}

class MemorySource final : public Source {
 public:
  absl::string_view name() const override { return kSection; }

  SourceDescription Describe() const override {
    return {.sections = {kSection},
            .paths = {kMeminfoPath, "/sys/firmware/dmi/tables/*"},
            .privileges = "root reads the memory modules",
            .cost = "three files, below 1 ms"};
  }

  SourceOutput Collect(const CollectContext& context) const override {
    SourceOutput output;
    SourceReport& report = output.report(kSection);
    v1::Row row;
    *row.mutable_memory_capacity() = ReadCapacity(context.fs, &report);
    absl::StatusOr<FirmwareFacts> facts = ReadFirmware(context.fs);
    ReportFirmware(facts, &report);
    if (facts.ok() && facts->installed_memory_bytes) {
      row.mutable_memory_capacity()->set_installed_bytes(
          *facts->installed_memory_bytes);
    }
    if (row.memory_capacity().ByteSizeLong() == 0) {
      report.Note(v1::SourceStatus::OUTCOME_ABSENT,
                  "neither /proc/meminfo nor SMBIOS tables tell of memory");
    }
    output.Add(row);
    if (facts.ok()) AddModules(*std::move(facts), &output);
    return output;
  }

 private:
  static void AddModules(FirmwareFacts facts, SourceOutput* output) {
    v1::Row row;
    for (v1::MemoryModule& module : facts.memory_modules) {
      *row.mutable_memory_module() = std::move(module);
      output->Add(row);
    }
    for (v1::MemoryModuleIdentity& identity : facts.memory_identities) {
      *row.mutable_memory_module_identity() = std::move(identity);
      output->Add(row);
    }
  }
};

}  // namespace

std::optional<int64_t> ParseMeminfo(absl::string_view content,
                                    absl::string_view name) {
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    if (!absl::ConsumePrefix(&line, name) || !absl::ConsumePrefix(&line, ":") ||
        !absl::ConsumeSuffix(&line, "kB")) {
      continue;
    }
    const std::optional<int64_t> kib = FactInteger(line);
    if (!kib || *kib < 0 || *kib > INT64_MAX / 1024) return std::nullopt;
    return *kib * 1024;
  }
  return std::nullopt;
}

std::unique_ptr<Source> MakeMemorySource() {
  return std::make_unique<MemorySource>();
}

}  // namespace rollcall
