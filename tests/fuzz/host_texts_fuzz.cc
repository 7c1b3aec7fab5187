// The small parsers of kernel files, all on the same input.
#include "agent/sources/architecture.h"
#include "agent/sources/cpu_set.h"
#include "agent/sources/disk_names.h"
#include "agent/sources/fact_text.h"
#include "agent/sources/link_names.h"
#include "agent/sources/meminfo.h"
#include "agent/sources/os_release.h"
#include "agent/sources/s390_sysinfo.h"
#include "agent/sources/virtualization_layers.h"
#include "common/text.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using rollcall::testing::Require;
  const absl::string_view text = rollcall::testing::AsText(data, size);
  if (const auto cpus = rollcall::ParseCpuList(text)) {
    Require(cpus->size() <= rollcall::kMaxCpus, "a list is bounded");
    Require(rollcall::ParseCpuList(rollcall::FormatCpuList(*cpus)) == cpus,
            "a list reads back");
  }
  if (const auto cpus = rollcall::ParseCpuMask(text)) {
    Require(cpus->size() <= rollcall::kMaxCpus, "a mask is bounded");
  }
  for (const auto& fact :
       {rollcall::FactText(text), rollcall::FirmwareText(text),
        rollcall::ParseVpdSerial(text), rollcall::ParseVpdWwn(text),
        rollcall::ParseWwid(text), rollcall::ParseMac(text),
        rollcall::ParseMachineId(text), rollcall::ParseHostname(text),
        rollcall::ParsePointRelease(text)}) {
    Require(!fact || (!fact->empty() && rollcall::IsValidUtf8(*fact)),
            "a fact says something, in UTF-8");
  }
  int malformed = 0;
  for (const auto& [key, value] : rollcall::ParseOsRelease(text, &malformed)) {
    Require(rollcall::IsValidUtf8(value), "os-release values are UTF-8");
  }
  const auto memory = rollcall::ParseMeminfo(text, "MemTotal");
  Require(!memory || *memory >= 0, "memory is not negative");
  rollcall::ParseS390Sysinfo(text);
  rollcall::ArchitectureOfElf(text);
  rollcall::VirtualizationLayers layers;
  rollcall::DetectFromPciDevices(text, &layers);
  rollcall::DetectFromSignatures(text, &layers);
  layers.Finish();
  return 0;
}
