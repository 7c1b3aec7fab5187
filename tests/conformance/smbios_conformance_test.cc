// Every captured machine's firmware tables, field by field.
#include <iostream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/conformance/captures.h"

namespace rollcall {
namespace {

using ::google::protobuf::Struct;

using Fields = std::map<std::string, std::string>;
// The structures of each kind, by the name that the expectations give it.
using Machine = std::map<std::string, std::map<int, Fields>>;

// Sets a field to a text, if there is one.
void Put(Fields* fields, const std::string& key, bool has,
         const std::string& value) {
  if (has) (*fields)[key] = value;
}
void Put(Fields* fields, const std::string& key, bool has, int value) {
  if (has) (*fields)[key] = absl::StrCat(value);
}

// Bytes as the expectations write them: whole units, the largest that fits.
std::string FormatSize(int64_t bytes) {
  static constexpr const char* kUnits[] = {"bytes", "kB", "MB", "GB", "TB"};
  int unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit < 4) {
    bytes /= 1024;
    ++unit;
  }
  return absl::StrCat(bytes, " ", kUnits[unit]);
}

void AddSystem(const v1::Row& row, Machine* machine) {
  Fields& bios = (*machine)["bios"][0];
  const v1::BiosRelease& b = row.bios_release();
  Put(&bios, "Vendor", b.has_vendor(), b.vendor());
  Put(&bios, "Version", b.has_version(), b.version());
  Put(&bios, "Release Date", b.has_release_date(), b.release_date());
  Fields& system = (*machine)["system"][0];
  const v1::SystemModel& m = row.system_model();
  Put(&system, "Manufacturer", m.has_manufacturer(), m.manufacturer());
  Put(&system, "Product Name", m.has_product_name(), m.product_name());
  Put(&system, "Version", m.has_version(), m.version());
  Put(&system, "SKU Number", m.has_sku_number(), m.sku_number());
  Put(&system, "Family", m.has_family(), m.family());
  const v1::SystemIdentity& i = row.system_identity();
  Put(&system, "Serial Number", i.has_serial_number(), i.serial_number());
  Put(&system, "UUID", i.has_uuid(), i.uuid());
}

void AddBoard(const v1::Row& row, Machine* machine) {
  if (row.has_board_model()) {
    const v1::BoardModel& m = row.board_model();
    Fields& board = (*machine)["baseboard"][m.index()];
    Put(&board, "Manufacturer", m.has_manufacturer(), m.manufacturer());
    Put(&board, "Product Name", m.has_product_name(), m.product_name());
    Put(&board, "Version", m.has_version(), m.version());
  }
  if (row.has_board_identity()) {
    const v1::BoardIdentity& i = row.board_identity();
    Fields& board = (*machine)["baseboard"][i.index()];
    Put(&board, "Serial Number", i.has_serial_number(), i.serial_number());
    Put(&board, "Asset Tag", i.has_asset_tag(), i.asset_tag());
  }
}

void AddChassis(const v1::Row& row, Machine* machine) {
  if (row.has_chassis_model()) {
    const v1::ChassisModel& m = row.chassis_model();
    Fields& chassis = (*machine)["chassis"][m.index()];
    Put(&chassis, "Manufacturer", m.has_manufacturer(), m.manufacturer());
    Put(&chassis, "Type", m.has_type(), m.type());
    Put(&chassis, "Version", m.has_version(), m.version());
  }
  if (row.has_chassis_identity()) {
    const v1::ChassisIdentity& i = row.chassis_identity();
    Fields& chassis = (*machine)["chassis"][i.index()];
    Put(&chassis, "Serial Number", i.has_serial_number(), i.serial_number());
    Put(&chassis, "Asset Tag", i.has_asset_tag(), i.asset_tag());
  }
}

void AddProcessor(const v1::Row& row, Machine* machine) {
  if (row.has_processor_package()) {
    const v1::ProcessorPackage& p = row.processor_package();
    Fields& processor = (*machine)["processor"][p.index()];
    Put(&processor, "Socket Designation", p.has_socket_designation(),
        p.socket_designation());
    Put(&processor, "Manufacturer", p.has_manufacturer(), p.manufacturer());
    Put(&processor, "Version", p.has_version(), p.version());
    Put(&processor, "Status", p.has_status(), p.status());
    Put(&processor, "Core Count", p.has_core_count(), p.core_count());
    Put(&processor, "Core Enabled", p.has_core_enabled(), p.core_enabled());
    Put(&processor, "Thread Count", p.has_thread_count(), p.thread_count());
  }
  if (row.has_processor_identity()) {
    const v1::ProcessorIdentity& i = row.processor_identity();
    Put(&(*machine)["processor"][i.index()], "Serial Number",
        i.has_serial_number(), i.serial_number());
  }
}

void AddMemory(const v1::Row& row, Machine* machine) {
  if (row.has_memory_module()) {
    const v1::MemoryModule& m = row.memory_module();
    Fields& module = (*machine)["memory_device"][m.index()];
    Put(&module, "Locator", m.has_locator(), m.locator());
    Put(&module, "Bank Locator", m.has_bank_locator(), m.bank_locator());
    Put(&module, "Size", m.has_size_bytes(), FormatSize(m.size_bytes()));
    Put(&module, "Size", m.has_populated() && !m.populated(),
        "No Module Installed");
    Put(&module, "Type", m.has_type(), m.type());
    Put(&module, "Speed", m.has_speed_mts(),
        absl::StrCat(m.speed_mts(), " MT/s"));
    Put(&module, "Manufacturer", m.has_manufacturer(), m.manufacturer());
    Put(&module, "Part Number", m.has_part_number(), m.part_number());
  }
  if (row.has_memory_module_identity()) {
    const v1::MemoryModuleIdentity& i = row.memory_module_identity();
    Fields& module = (*machine)["memory_device"][i.index()];
    Put(&module, "Serial Number", i.has_serial_number(), i.serial_number());
    Put(&module, "Asset Tag", i.has_asset_tag(), i.asset_tag());
  }
}

Machine Describe(const std::string& root) {
  Machine machine;
  for (const char* source :
       {"hardware.system", "hardware.cpu", "hardware.memory"}) {
    for (const v1::Row& row : testing::Collect(root, source)) {
      AddSystem(row, &machine);
      AddBoard(row, &machine);
      AddChassis(row, &machine);
      AddProcessor(row, &machine);
      AddMemory(row, &machine);
    }
  }
  return machine;
}

// Whether an expectation means that the firmware says nothing.
bool MeansAbsent(const std::string& key, const std::string& value) {
  if (value == "Not Specified" || value == "Not Present" ||
      value == "Not Settable" || value == "<BAD INDEX>") {
    return true;
  }
  if (value.find_first_not_of(' ') == std::string::npos) return true;
  return value == "Unknown" && (key == "Speed" || key == "Size");
}

std::string Differences(const std::string& kind, const Fields& stated,
                        const Struct& expected) {
  std::string differences;
  for (const auto& [key, value] : expected.fields()) {
    const auto field = stated.find(key);
    const std::string is = field == stated.end() ? "absent" : field->second;
    const std::string want = MeansAbsent(key, value.string_value())
                                 ? "absent"
                                 : value.string_value();
    if (is != want) {
      absl::StrAppend(&differences, "  ", kind, " ", key, ": stated \"", is,
                      "\", known to be \"", want, "\"\n");
    }
  }
  return differences;
}

std::string DifferencesOf(const std::string& root, const Struct& expected) {
  std::string differences;
  Machine machine = Describe(root);
  for (const auto& [kind, list] : expected.fields()) {
    std::map<int, Fields>& stated = machine[kind];
    const int size = list.list_value().values_size();
    // The first two kinds are there once, with or without facts.
    const bool is_counted = kind != "bios" && kind != "system";
    if (is_counted && static_cast<int>(stated.size()) != size) {
      absl::StrAppend(&differences, "  ", kind, ": stated ", stated.size(),
                      " structures, known to be ", size, "\n");
    }
    for (int i = 0; i < size; ++i) {
      absl::StrAppend(&differences,
                      Differences(absl::StrCat(kind, "[", i, "]"), stated[i],
                                  list.list_value().values(i).struct_value()));
    }
  }
  return differences;
}

TEST(SmbiosConformance, EveryCapturedMachineIsDescribedRight) {
  const auto folder = testing::FindCaptures("smbios");
  if (!folder) return;
  int correct = 0;
  int total = 0;
  for (const std::string& machine : testing::ListFolder(*folder)) {
    ++total;
    const std::string path = absl::StrCat(*folder, "/", machine);
    const std::string differences =
        DifferencesOf(absl::StrCat(path, "/root"),
                      testing::ReadJson(absl::StrCat(path, "/expected.json")));
    EXPECT_EQ(differences, "") << machine;
    if (differences.empty()) ++correct;
  }
  EXPECT_GT(total, 0) << "no captures in " << *folder;
  std::cout << "SMBIOS captures: " << correct << " of " << total << " correct"
            << std::endl;
}

}  // namespace
}  // namespace rollcall
