// Where the kernel shows firmware tables and what it kept of them.
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/sources/fact_text.h"
#include "agent/sources/firmware.h"
#include "common/status.h"

namespace rollcall {
namespace {

constexpr char kEntryPointPath[] =
    "/sys/firmware/dmi/tables/smbios_entry_point";
constexpr char kTablePath[] = "/sys/firmware/dmi/tables/DMI";
constexpr char kDmiIdPath[] = "/sys/class/dmi/id";
constexpr size_t kMaxEntryPointBytes = 256;
// The 32-bit entry point allows 64 KiB; large servers reach about 100 KiB.
constexpr size_t kMaxTableBytes = 4 << 20;
constexpr size_t kMaxAttributeBytes = 4096;

// Reads attributes of /sys/class/dmi/id.
class DmiId {
 public:
  DmiId(const HostDir& dir, SourceReport* report, int* bad_texts)
      : dir_(dir), report_(*report), bad_texts_(*bad_texts) {}

  template <typename Message>
  void Text(absl::string_view name, Message* message,
            std::string* (Message::*field)()) const {
    if (auto text = Get(name)) *(message->*field)() = *std::move(text);
  }

  std::optional<std::string> Get(absl::string_view name) const {
    absl::StatusOr<std::string> raw = dir_.Read(name, kMaxAttributeBytes);
    if (!raw.ok()) {
      report_.NoteError(raw.status());
      return std::nullopt;
    }
    return FirmwareText(absl::StripSuffix(*raw, "\n"), &bad_texts_);
  }

 private:
  const HostDir& dir_;
  SourceReport& report_;
  int& bad_texts_;
};

void ReadKernelSystem(const DmiId& dmi, FirmwareFacts* facts) {
  using v1::BiosRelease;
  using v1::SystemIdentity;
  using v1::SystemModel;
  dmi.Text("bios_vendor", &facts->bios, &BiosRelease::mutable_vendor);
  dmi.Text("bios_version", &facts->bios, &BiosRelease::mutable_version);
  dmi.Text("bios_date", &facts->bios, &BiosRelease::mutable_release_date);
  SystemModel* system = &facts->system;
  dmi.Text("sys_vendor", system, &SystemModel::mutable_manufacturer);
  dmi.Text("product_name", system, &SystemModel::mutable_product_name);
  dmi.Text("product_version", system, &SystemModel::mutable_version);
  dmi.Text("product_sku", system, &SystemModel::mutable_sku_number);
  dmi.Text("product_family", system, &SystemModel::mutable_family);
  dmi.Text("product_serial", &facts->system_identity,
           &SystemIdentity::mutable_serial_number);
  // The kernel writes it in the usual notation; all 0 or all f means none.
  if (auto uuid = dmi.Get("product_uuid")) {
    absl::AsciiStrToLower(&*uuid);
    const bool is_none = uuid->find_first_not_of("0-") == std::string::npos ||
                         uuid->find_first_not_of("f-") == std::string::npos;
    if (!is_none) facts->system_identity.set_uuid(*std::move(uuid));
  }
}

void ReadKernelBoard(const DmiId& dmi, FirmwareFacts* facts) {
  using v1::BoardIdentity;
  using v1::BoardModel;
  BoardModel model;
  dmi.Text("board_vendor", &model, &BoardModel::mutable_manufacturer);
  dmi.Text("board_name", &model, &BoardModel::mutable_product_name);
  dmi.Text("board_version", &model, &BoardModel::mutable_version);
  if (model.ByteSizeLong() > 0) {
    model.set_index(0);
    facts->boards.push_back(std::move(model));
  }
  BoardIdentity identity;
  dmi.Text("board_serial", &identity, &BoardIdentity::mutable_serial_number);
  dmi.Text("board_asset_tag", &identity, &BoardIdentity::mutable_asset_tag);
  if (identity.ByteSizeLong() == 0) return;
  identity.set_index(0);
  facts->board_identities.push_back(std::move(identity));
}

void ReadKernelChassis(const DmiId& dmi, FirmwareFacts* facts) {
  using v1::ChassisIdentity;
  using v1::ChassisModel;
  ChassisModel model;
  dmi.Text("chassis_vendor", &model, &ChassisModel::mutable_manufacturer);
  dmi.Text("chassis_version", &model, &ChassisModel::mutable_version);
  if (auto text = dmi.Get("chassis_type")) {
    if (const std::optional<int64_t> code = FactInteger(*text)) {
      model.set_type(std::string(ChassisTypeName(*code & 0x7f)));
    }
  }
  if (model.ByteSizeLong() > 0) {
    model.set_index(0);
    facts->chassis.push_back(std::move(model));
  }
  ChassisIdentity identity;
  dmi.Text("chassis_serial", &identity,
           &ChassisIdentity::mutable_serial_number);
  dmi.Text("chassis_asset_tag", &identity, &ChassisIdentity::mutable_asset_tag);
  if (identity.ByteSizeLong() == 0) return;
  identity.set_index(0);
  facts->chassis_identities.push_back(std::move(identity));
}

}  // namespace

absl::StatusOr<FirmwareFacts> ReadFirmware(const HostFs& fs) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::string entry_point,
                            fs.Read(kEntryPointPath, kMaxEntryPointBytes));
  ROLLCALL_ASSIGN_OR_RETURN(const std::string table,
                            fs.Read(kTablePath, kMaxTableBytes));
  absl::StatusOr<FirmwareFacts> facts = ParseFirmware(entry_point, table);
  if (!facts.ok()) return Annotate(facts.status(), kEntryPointPath);
  return facts;
}

absl::StatusOr<FirmwareFacts> ReadKernelDmi(const HostFs& fs,
                                            SourceReport* report) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::unique_ptr<HostDir> dir,
                            fs.OpenDir(kDmiIdPath));
  FirmwareFacts facts;
  const DmiId dmi(*dir, report, &facts.bad_texts);
  ReadKernelSystem(dmi, &facts);
  ReadKernelBoard(dmi, &facts);
  ReadKernelChassis(dmi, &facts);
  return facts;
}

void ReportFirmware(const absl::StatusOr<FirmwareFacts>& facts,
                    SourceReport* report) {
  if (absl::IsInvalidArgument(facts.status())) {
    report->CountMalformed(kEntryPointPath);
    return;
  }
  report->NoteError(facts.status());
  if (!facts.ok()) return;
  if (facts->is_damaged) {
    report->Note(v1::SourceStatus::OUTCOME_MALFORMED,
                 absl::StrCat(kTablePath, ": ends inside a structure"));
    report->CountMalformed(kTablePath);
  }
  report->CountMalformed(absl::StrCat(kTablePath, ": texts"), facts->bad_texts);
}

}  // namespace rollcall
