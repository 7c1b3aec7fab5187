#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/fixtures/smbios_builder.h"
#include "tests/support/proto_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::FaultyHostFs;
using ::rollcall::testing::RunSource;
using ::rollcall::testing::SmbiosStructureBuilder;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kTables[] = "/sys/firmware/dmi/tables";

void AddTables(FakeHost* host) {
  host->File("/sys/firmware/dmi/tables/smbios_entry_point",
             testing::SmbiosEntryPoint64(3, 2));
  host->File("/sys/firmware/dmi/tables/DMI", SmbiosStructureBuilder(1)
                                                     .Byte(0x18, 0)
                                                     .Text(4, "Maker")
                                                     .Text(5, "Product")
                                                     .Text(7, "S1")
                                                     .Build() +
                                                 testing::SmbiosEndOfTable());
}

void AddKernelDmi(FakeHost* host) {
  const std::string id = "/sys/devices/virtual/dmi/id/";
  host->Link("/sys/class/dmi/id", "../../devices/virtual/dmi/id");
  host->File(id + "sys_vendor", "Maker\n").File(id + "product_name", "P \n");
  host->File(id + "product_serial", "S1\n");
  host->File(id + "product_uuid", "4C4C4544-0039-3010-8048-B7C04F384432\n");
  host->File(id + "chassis_type", "23\n").File(id + "board_vendor", "  \n");
}

TEST(SystemSource, PutsWhatAFleetSharesAndWhatIsItsOwnInRowsApart) {
  FakeHost host;
  AddTables(&host);
  const auto result = RunSource("hardware.system", host.fs());
  EXPECT_THAT(result.rows,
              UnorderedElementsAre(
                  EqualsText("system_model { manufacturer: 'Maker' "
                             "product_name: 'Product' }"),
                  EqualsText("system_identity { serial_number: 'S1' }")));
  EXPECT_THAT(result.evidence, EqualsText(R"pb(
                system_serial: "S1"
                system_manufacturer: "Maker"
                system_product: "Product"
              )pb"));
  EXPECT_THAT(result.statuses.at("hardware.system"), EqualsText(R"pb(
                source: "hardware.system"
                outcome: OUTCOME_COMPLETE
              )pb"));
}

TEST(SystemSource, FallsBackOnWhatTheKernelShowsToEveryone) {
  FakeHost host;
  AddTables(&host);
  AddKernelDmi(&host);
  FaultyHostFs fs(host.fs());
  fs.Deny("/sys/firmware/dmi/tables").Deny("/sys/class/dmi/id/product_serial");
  fs.Deny("/sys/class/dmi/id/product_uuid");
  const auto result = RunSource("hardware.system", fs);
  EXPECT_THAT(
      result.rows,
      UnorderedElementsAre(
          EqualsText(
              "system_model { manufacturer: 'Maker' product_name: 'P ' }"),
          EqualsText("chassis_model { index: 0 type: 'Rack Mount Chassis' }")));
  EXPECT_THAT(
      result.statuses.at("hardware.system"), EqualsText(R"pb(
        source: "hardware.system"
        outcome: OUTCOME_PERMISSION_DENIED
        notes: "/sys/class/dmi/id/product_serial: permission denied"
        notes: "/sys/class/dmi/id/product_uuid: permission denied"
        notes: "/sys/firmware/dmi/tables/smbios_entry_point: permission denied"
      )pb"));
}

TEST(SystemSource, ReadsSerialAndUuidFromTheKernelWithPrivilege) {
  FakeHost host;
  AddKernelDmi(&host);
  EXPECT_THAT(RunSource("hardware.system", host.fs()).evidence, EqualsText(R"pb(
                system_uuid: "4c4c4544-0039-3010-8048-b7c04f384432"
                system_serial: "S1"
                system_manufacturer: "Maker"
                system_product: "P "
              )pb"));
}

TEST(SystemSource, ReadsTheDeviceTreeOfABoard) {
  FakeHost host;
  host.Link("/proc/device-tree", "/sys/firmware/devicetree/base");
  host.File("/sys/firmware/devicetree/base/model",
            absl::string_view("Raspberry Pi 4 Model B Rev 1.4\0", 31));
  host.File("/sys/firmware/devicetree/base/serial-number",
            absl::string_view("10000000abcdef01\0", 17));
  EXPECT_THAT(
      RunSource("hardware.system", host.fs()).rows,
      UnorderedElementsAre(
          EqualsText("system_model { product_name: 'Raspberry Pi 4 Model B Rev "
                     "1.4' }"),
          EqualsText("system_identity { serial_number: '10000000abcdef01' }")));
}

TEST(SystemSource, ReadsAMainframe) {
  FakeHost host;
  host.File("/proc/sysinfo",
            "Manufacturer:         IBM             \n"
            "Type:                 2817\n"
            "Model:                721              M49             \n"
            "Sequence Code:        0000000000089F25\n"
            "LPAR UUID:            AAAA\n"
            "VM00 UUID:            BBBB-CC\n");
  EXPECT_THAT(
      RunSource("hardware.system", host.fs()).rows,
      UnorderedElementsAre(EqualsText("system_model { manufacturer: 'IBM' "
                                      "product_name: '2817' version: 'M49' }"),
                           EqualsText("system_identity { serial_number: "
                                      "'0000000000089F25' uuid: 'bbbb-cc' }")));
}

TEST(SystemSource, CountsTablesThatAreNone) {
  FakeHost host;
  host.File("/sys/firmware/dmi/tables/smbios_entry_point", "garbage");
  host.File("/sys/firmware/dmi/tables/DMI", "garbage");
  const auto status =
      RunSource("hardware.system", host.fs()).statuses.at("hardware.system");
  EXPECT_EQ(status.outcome(), v1::SourceStatus::OUTCOME_MALFORMED);
  EXPECT_EQ(status.malformed_count(), 1);
}

TEST(SystemSource, SaysThatATableBreaksOff) {
  FakeHost host;
  AddTables(&host);
  host.File(std::string(kTables) + "/DMI",
            SmbiosStructureBuilder(1).Text(4, "Maker").Build() + "\x02\xff--");
  const auto result = RunSource("hardware.system", host.fs());
  EXPECT_THAT(result.rows, UnorderedElementsAre(EqualsText(
                               "system_model { manufacturer: 'Maker' }")));
  EXPECT_EQ(result.statuses.at("hardware.system").outcome(),
            v1::SourceStatus::OUTCOME_MALFORMED);
}

TEST(SystemSource, SaysThatAMachineDoesNotDescribeItself) {
  const FakeHost host;
  const auto result = RunSource("hardware.system", host.fs());
  EXPECT_THAT(result.rows, IsEmpty());
  EXPECT_EQ(result.statuses.at("hardware.system").outcome(),
            v1::SourceStatus::OUTCOME_ABSENT);
}

}  // namespace
}  // namespace rollcall
