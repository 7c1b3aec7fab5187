// hardware.system: the machine as its maker describes it.
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/sources/fact_text.h"
#include "agent/sources/firmware.h"
#include "agent/sources/s390_sysinfo.h"
#include "agent/sources/sources.h"

namespace rollcall {
namespace {

constexpr char kSection[] = "hardware.system";
constexpr char kDeviceTreePath[] = "/proc/device-tree";
constexpr size_t kMaxPropertyBytes = 4096;

// A text property of the device tree; it ends with a NUL.
std::optional<std::string> ReadProperty(const HostFs& fs,
                                        absl::string_view name,
                                        SourceReport* report) {
  const absl::StatusOr<std::string> raw =
      fs.Read(absl::StrCat(kDeviceTreePath, "/", name), kMaxPropertyBytes);
  if (!raw.ok()) {
    report->NoteError(raw.status());
    return std::nullopt;
  }
  int replaced = 0;
  auto text = FactText(raw->substr(0, raw->find('\0')), &replaced);
  report->CountMalformed(absl::StrCat(kDeviceTreePath, "/", name), replaced);
  return text;
}

// Boards without SMBIOS: ARM, RISC-V, POWER.
FirmwareFacts ReadDeviceTree(const HostFs& fs, SourceReport* report) {
  FirmwareFacts facts;
  if (auto model = ReadProperty(fs, "model", report)) {
    facts.system.set_product_name(*std::move(model));
  }
  auto serial = ReadProperty(fs, "serial-number", report);
  // POWER machines (LoPAPR) state it under this name.
  if (!serial) serial = ReadProperty(fs, "system-id", report);
  if (serial) facts.system_identity.set_serial_number(*std::move(serial));
  return facts;
}

// Mainframes.
FirmwareFacts ReadS390(const HostFs& fs, SourceReport* report) {
  FirmwareFacts facts;
  const S390Sysinfo sysinfo = ReadS390Sysinfo(fs, report);
  if (!sysinfo.manufacturer.empty()) {
    facts.system.set_manufacturer(sysinfo.manufacturer);
  }
  if (!sysinfo.type.empty()) facts.system.set_product_name(sysinfo.type);
  if (!sysinfo.model.empty()) facts.system.set_version(sysinfo.model);
  if (!sysinfo.sequence_code.empty()) {
    facts.system_identity.set_serial_number(sysinfo.sequence_code);
  }
  if (!sysinfo.uuid.empty()) facts.system_identity.set_uuid(sysinfo.uuid);
  return facts;
}

bool HasFacts(const FirmwareFacts& facts) {
  return facts.system.ByteSizeLong() > 0 || facts.bios.ByteSizeLong() > 0 ||
         facts.system_identity.ByteSizeLong() > 0 || !facts.boards.empty() ||
         !facts.chassis.empty();
}

// The best description there is; the sources after the first are for machines
// and privileges that lack the ones before.
FirmwareFacts ReadSystem(const HostFs& fs, SourceReport* report) {
  absl::StatusOr<FirmwareFacts> facts = ReadFirmware(fs);
  ReportFirmware(facts, report);
  if (facts.ok() && HasFacts(*facts)) return *std::move(facts);
  facts = ReadKernelDmi(fs, report);
  if (facts.ok() && HasFacts(*facts)) return *std::move(facts);
  FirmwareFacts other = ReadDeviceTree(fs, report);
  if (HasFacts(other)) return other;
  other = ReadS390(fs, report);
  if (!HasFacts(other)) {
    report->Note(v1::SourceStatus::OUTCOME_ABSENT,
                 "no SMBIOS tables, no device tree: the machine does not "
                 "describe itself");
  }
  return other;
}

void AddRows(FirmwareFacts facts, SourceOutput* output) {
  v1::Row row;
  *row.mutable_system_model() = std::move(facts.system);
  output->Add(row);
  *row.mutable_system_identity() = std::move(facts.system_identity);
  output->Add(row);
  *row.mutable_bios_release() = std::move(facts.bios);
  output->Add(row);
  for (v1::BoardModel& board : facts.boards) {
    *row.mutable_board_model() = std::move(board);
    output->Add(row);
  }
  for (v1::BoardIdentity& identity : facts.board_identities) {
    *row.mutable_board_identity() = std::move(identity);
    output->Add(row);
  }
  for (v1::ChassisModel& chassis : facts.chassis) {
    *row.mutable_chassis_model() = std::move(chassis);
    output->Add(row);
  }
  for (v1::ChassisIdentity& identity : facts.chassis_identities) {
    *row.mutable_chassis_identity() = std::move(identity);
    output->Add(row);
  }
}

// The system's serial number is the one on the sticker of most makers; some
// have it in the chassis only.
void AddEvidence(const FirmwareFacts& facts, v1::Evidence* evidence) {
  if (facts.system_identity.has_uuid()) {
    evidence->set_system_uuid(facts.system_identity.uuid());
  }
  if (facts.system_identity.has_serial_number()) {
    evidence->set_system_serial(facts.system_identity.serial_number());
  } else if (!facts.chassis_identities.empty() &&
             facts.chassis_identities[0].has_serial_number()) {
    evidence->set_system_serial(facts.chassis_identities[0].serial_number());
  }
  if (facts.system.has_manufacturer()) {
    evidence->set_system_manufacturer(facts.system.manufacturer());
  }
  if (facts.system.has_product_name()) {
    evidence->set_system_product(facts.system.product_name());
  }
}

class SystemSource final : public Source {
 public:
  absl::string_view name() const override { return kSection; }

  SourceDescription Describe() const override {
    return {.sections = {kSection},
            .paths = {"/sys/firmware/dmi/tables/*", "/sys/class/dmi/id/*",
                      "/proc/device-tree/{model,serial-number,system-id}",
                      "/proc/sysinfo"},
            .privileges = "root reads serial numbers, UUID and asset tags",
            .cost = "two files, below 1 ms"};
  }

  SourceOutput Collect(const CollectContext& context) const override {
    SourceOutput output;
    FirmwareFacts facts = ReadSystem(context.fs, &output.report(kSection));
    AddEvidence(facts, &output.evidence());
    AddRows(std::move(facts), &output);
    return output;
  }
};

}  // namespace

std::unique_ptr<Source> MakeSystemSource() {
  return std::make_unique<SystemSource>();
}

}  // namespace rollcall
