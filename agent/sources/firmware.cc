#include "agent/sources/firmware.h"

#include <map>

#include "agent/sources/fact_text.h"
#include "common/status.h"

namespace rollcall {
namespace {

constexpr int64_t kKiB = 1024;
constexpr int64_t kMiB = 1024 * kKiB;
// Type 16, "use": the modules are system memory.
constexpr uint8_t kUseSystemMemory = 3;

// Builds facts from structures, one method for each type.
class FirmwareBuilder {
 public:
  FirmwareBuilder(uint16_t version, FirmwareFacts* facts)
      : version_(version), facts_(*facts) {}

  void Add(const SmbiosStructure& s);
  // Call once all structures are in.
  void SumMemory();

 private:
  // Sets a field to the text whose number is at `offset`, if there is one.
  template <typename Message>
  void Text(const SmbiosStructure& s, size_t offset, Message* message,
            std::string* (Message::*field)()) {
    bool is_bad = false;
    const std::optional<absl::string_view> raw = s.String(offset, &is_bad);
    if (is_bad) ++facts_.bad_texts;
    if (!raw) return;
    std::optional<std::string> text = FirmwareText(*raw, &facts_.bad_texts);
    if (text) *(message->*field)() = *std::move(text);
  }

  void AddBios(const SmbiosStructure& s);
  void AddSystem(const SmbiosStructure& s);
  void AddBoard(const SmbiosStructure& s);
  void AddChassis(const SmbiosStructure& s);
  void AddProcessor(const SmbiosStructure& s);
  void AddMemory(const SmbiosStructure& s);

  const uint16_t version_;
  FirmwareFacts& facts_;
  bool has_bios_ = false;
  bool has_system_ = false;
  // What each memory array is used for, by its handle.
  std::map<uint16_t, uint8_t> use_of_array_;
  // The array of each module.
  std::vector<std::optional<uint16_t>> array_of_module_;
};

void FirmwareBuilder::Add(const SmbiosStructure& s) {
  switch (s.type()) {
    case 0:
      return AddBios(s);
    case 1:
      return AddSystem(s);
    case 2:
      return AddBoard(s);
    case 3:
      return AddChassis(s);
    case 4:
      return AddProcessor(s);
    case 16:
      if (s.Byte(0x05)) use_of_array_[s.handle()] = *s.Byte(0x05);
      return;
    case 17:
      return AddMemory(s);
    default:
      return;
  }
}

void FirmwareBuilder::AddBios(const SmbiosStructure& s) {
  // A machine has one of these; a second is not about it.
  if (std::exchange(has_bios_, true)) return;
  using v1::BiosRelease;
  Text(s, 0x04, &facts_.bios, &BiosRelease::mutable_vendor);
  Text(s, 0x05, &facts_.bios, &BiosRelease::mutable_version);
  Text(s, 0x08, &facts_.bios, &BiosRelease::mutable_release_date);
}

void FirmwareBuilder::AddSystem(const SmbiosStructure& s) {
  if (std::exchange(has_system_, true)) return;
  using v1::SystemIdentity;
  using v1::SystemModel;
  Text(s, 0x04, &facts_.system, &SystemModel::mutable_manufacturer);
  Text(s, 0x05, &facts_.system, &SystemModel::mutable_product_name);
  Text(s, 0x06, &facts_.system, &SystemModel::mutable_version);
  Text(s, 0x19, &facts_.system, &SystemModel::mutable_sku_number);
  Text(s, 0x1a, &facts_.system, &SystemModel::mutable_family);
  Text(s, 0x07, &facts_.system_identity,
       &SystemIdentity::mutable_serial_number);
  const std::optional<absl::string_view> uuid = s.Bytes(0x08, 16);
  if (!uuid) return;
  if (auto text = FormatSystemUuid(*uuid, version_)) {
    facts_.system_identity.set_uuid(*std::move(text));
  }
}

void FirmwareBuilder::AddBoard(const SmbiosStructure& s) {
  using v1::BoardIdentity;
  using v1::BoardModel;
  const int index = static_cast<int>(facts_.boards.size());
  BoardModel& model = facts_.boards.emplace_back();
  model.set_index(index);
  Text(s, 0x04, &model, &BoardModel::mutable_manufacturer);
  Text(s, 0x05, &model, &BoardModel::mutable_product_name);
  Text(s, 0x06, &model, &BoardModel::mutable_version);
  BoardIdentity identity;
  Text(s, 0x07, &identity, &BoardIdentity::mutable_serial_number);
  Text(s, 0x08, &identity, &BoardIdentity::mutable_asset_tag);
  if (identity.ByteSizeLong() == 0) return;
  identity.set_index(index);
  facts_.board_identities.push_back(std::move(identity));
}

void FirmwareBuilder::AddChassis(const SmbiosStructure& s) {
  using v1::ChassisIdentity;
  using v1::ChassisModel;
  const int index = static_cast<int>(facts_.chassis.size());
  ChassisModel& model = facts_.chassis.emplace_back();
  model.set_index(index);
  Text(s, 0x04, &model, &ChassisModel::mutable_manufacturer);
  // The highest bit says that the chassis has a lock.
  if (const std::optional<uint8_t> type = s.Byte(0x05)) {
    model.set_type(std::string(ChassisTypeName(*type & 0x7f)));
  }
  Text(s, 0x06, &model, &ChassisModel::mutable_version);
  ChassisIdentity identity;
  Text(s, 0x07, &identity, &ChassisIdentity::mutable_serial_number);
  Text(s, 0x08, &identity, &ChassisIdentity::mutable_asset_tag);
  if (identity.ByteSizeLong() == 0) return;
  identity.set_index(index);
  facts_.chassis_identities.push_back(std::move(identity));
}

// A count of one byte, or where that is 255, of two bytes elsewhere (3.0 and
// later); 0 means unknown.
std::optional<int> Count(const SmbiosStructure& s, size_t offset,
                         size_t wide_offset) {
  const std::optional<uint8_t> narrow = s.Byte(offset);
  if (!narrow || *narrow == 0) return std::nullopt;
  if (*narrow != 0xff) return *narrow;
  const std::optional<uint16_t> wide = s.Word(wide_offset);
  if (!wide) return *narrow;
  if (*wide == 0 || *wide == 0xffff) return std::nullopt;
  return *wide;
}

void FirmwareBuilder::AddProcessor(const SmbiosStructure& s) {
  using v1::ProcessorIdentity;
  using v1::ProcessorPackage;
  const int index = static_cast<int>(facts_.processors.size());
  ProcessorPackage& package = facts_.processors.emplace_back();
  package.set_index(index);
  Text(s, 0x04, &package, &ProcessorPackage::mutable_socket_designation);
  Text(s, 0x07, &package, &ProcessorPackage::mutable_manufacturer);
  Text(s, 0x10, &package, &ProcessorPackage::mutable_version);
  if (const std::optional<uint8_t> status = s.Byte(0x18)) {
    package.set_status(ProcessorStatusName(*status));
  }
  if (auto count = Count(s, 0x23, 0x2a)) package.set_core_count(*count);
  if (auto count = Count(s, 0x24, 0x2c)) package.set_core_enabled(*count);
  if (auto count = Count(s, 0x25, 0x2e)) package.set_thread_count(*count);
  ProcessorIdentity identity;
  Text(s, 0x20, &identity, &ProcessorIdentity::mutable_serial_number);
  if (identity.ByteSizeLong() == 0) return;
  identity.set_index(index);
  facts_.processor_identities.push_back(std::move(identity));
}

// The size of a module in bytes; absent if unknown.
std::optional<int64_t> ModuleSize(const SmbiosStructure& s) {
  const std::optional<uint16_t> size = s.Word(0x0c);
  if (!size || *size == 0 || *size == 0xffff) return std::nullopt;
  const std::optional<uint32_t> extended = s.DoubleWord(0x1c);
  if (*size == 0x7fff && extended) return (*extended & 0x7fffffff) * kMiB;
  const int64_t count = *size & 0x7fff;
  return count * ((*size & 0x8000) != 0 ? kKiB : kMiB);
}

// Megatransfers per second; absent if unknown.
std::optional<int> ModuleSpeed(const SmbiosStructure& s) {
  const std::optional<uint16_t> speed = s.Word(0x15);
  if (!speed || *speed == 0) return std::nullopt;
  if (*speed != 0xffff) return *speed;
  const std::optional<uint32_t> extended = s.DoubleWord(0x54);
  if (!extended || (*extended & 0x7fffffff) == 0) return std::nullopt;
  return static_cast<int>(*extended & 0x7fffffff);
}

void FirmwareBuilder::AddMemory(const SmbiosStructure& s) {
  using v1::MemoryModule;
  using v1::MemoryModuleIdentity;
  const int index = static_cast<int>(facts_.memory_modules.size());
  MemoryModule& module = facts_.memory_modules.emplace_back();
  array_of_module_.push_back(s.Word(0x04));
  module.set_index(index);
  Text(s, 0x10, &module, &MemoryModule::mutable_locator);
  Text(s, 0x11, &module, &MemoryModule::mutable_bank_locator);
  if (const std::optional<uint8_t> type = s.Byte(0x12)) {
    module.set_type(std::string(MemoryTypeName(*type)));
  }
  const std::optional<uint16_t> size = s.Word(0x0c);
  if (size) module.set_populated(*size != 0);
  // Of an empty slot, the rest is left over from somewhere.
  if (!size || *size == 0) return;
  if (auto bytes = ModuleSize(s)) module.set_size_bytes(*bytes);
  if (auto speed = ModuleSpeed(s)) module.set_speed_mts(*speed);
  Text(s, 0x17, &module, &MemoryModule::mutable_manufacturer);
  Text(s, 0x1a, &module, &MemoryModule::mutable_part_number);
  MemoryModuleIdentity identity;
  Text(s, 0x18, &identity, &MemoryModuleIdentity::mutable_serial_number);
  Text(s, 0x19, &identity, &MemoryModuleIdentity::mutable_asset_tag);
  if (identity.ByteSizeLong() == 0) return;
  identity.set_index(index);
  facts_.memory_identities.push_back(std::move(identity));
}

void FirmwareBuilder::SumMemory() {
  int64_t sum = 0;
  for (size_t i = 0; i < facts_.memory_modules.size(); ++i) {
    const v1::MemoryModule& module = facts_.memory_modules[i];
    // Firmware flash and caches are listed like memory, in arrays of their own.
    if (array_of_module_[i]) {
      const auto use = use_of_array_.find(*array_of_module_[i]);
      if (use != use_of_array_.end() && use->second != kUseSystemMemory) {
        continue;
      }
    }
    if (!module.has_populated()) return;
    if (module.populated() && !module.has_size_bytes()) return;
    sum += module.size_bytes();
  }
  if (sum > 0) facts_.installed_memory_bytes = sum;
}

}  // namespace

absl::StatusOr<FirmwareFacts> ParseFirmware(absl::string_view entry_point,
                                            absl::string_view table) {
  ROLLCALL_ASSIGN_OR_RETURN(const SmbiosEntryPoint entry,
                            ParseSmbiosEntryPoint(entry_point));
  const SmbiosStructures split = SplitSmbiosTable(entry, table);
  FirmwareFacts facts;
  facts.is_damaged = split.is_damaged;
  FirmwareBuilder builder(entry.version, &facts);
  for (const SmbiosStructure& s : split.structures) builder.Add(s);
  if (!facts.is_damaged) builder.SumMemory();
  return facts;
}

}  // namespace rollcall
