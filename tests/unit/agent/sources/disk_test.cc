#include "absl/strings/str_cat.h"
#include "agent/sources/disk_names.h"
#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/support/proto_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::FaultyHostFs;
using ::rollcall::testing::RunSource;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

TEST(DiskName, TellsDisksFromWhatIsBuiltOnThem) {
  for (const char* name :
       {"sda", "vda", "xvda", "nvme0n1", "mmcblk0", "hda", "dasda", "pmem0"}) {
    EXPECT_TRUE(IsDiskName(name)) << name;
  }
  for (const char* name :
       {"loop0", "ram0", "zram0", "dm-0", "md127", "sr0", "nbd3", "fd0",
        "mmcblk0boot0", "mmcblk0rpmb", "zd16", "bcache0"}) {
    EXPECT_FALSE(IsDiskName(name)) << name;
  }
}

TEST(Transport, IsTheBusOnWhoseLinkADiskHangs) {
  const std::string pci = "../devices/pci0000:00/0000:00:17.0/";
  EXPECT_EQ(TransportOf(pci + "ata1/host0/target0:0:0/0:0:0:0/block/sda"),
            "ata");
  EXPECT_EQ(TransportOf(pci + "usb2/2-1/host6/target6:0:0/block/sdb"), "usb");
  EXPECT_EQ(TransportOf(pci + "nvme/nvme0/nvme0n1"), "nvme");
  EXPECT_EQ(TransportOf(pci + "host0/port-0:0/end_device-0:0/block/sdc"),
            "sas");
  EXPECT_EQ(TransportOf("../devices/platform/x/virtio1/block/vda"), "virtio");
  EXPECT_EQ(TransportOf("../devices/virtual/block/x"), "");
}

TEST(Wwid, IsKeptIfItIsAWorldWideName) {
  EXPECT_THAT(ParseWwid("naa.5000C500A1B2C3D4\n"),
              Optional(Eq("naa.5000c500a1b2c3d4")));
  EXPECT_THAT(ParseWwid("eui.0025388b01234567"),
              Optional(Eq("eui.0025388b01234567")));
  for (const char* text : {"t10.ATA     Samsung  S123", "nvme.8086-42-43",
                           "eui.0000000000000000", "naa.", "naa.xyz", ""}) {
    EXPECT_EQ(ParseWwid(text), std::nullopt) << text;
  }
}

TEST(Vpd, GivesTheSerialNumber) {
  EXPECT_THAT(ParseVpdSerial(absl::string_view("\0\x80\0\x08  S12345", 12)),
              Optional(Eq("S12345")));
  EXPECT_EQ(ParseVpdSerial(absl::string_view("\0\x83\0\x02S1", 6)),
            std::nullopt);
  EXPECT_EQ(ParseVpdSerial("x"), std::nullopt);
}

TEST(Vpd, GivesTheWorldWideNameOfTheLogicalUnit) {
  // A T10 name of the unit, an NAA name of the port, the NAA name of the unit.
  const std::string page =
      std::string("\0\x83\0\x1e", 4) + std::string("\x02\x01\0\x02T1", 6) +
      std::string("\x01\x13\0\x08\x50\x01\x01\x01\x01\x01\x01\x01", 12) +
      std::string("\x01\x03\0\x08\x50\x00\xc5\x00\xa1\xb2\xc3\xd4", 12);
  EXPECT_THAT(ParseVpdWwn(page), Optional(Eq("naa.5000c500a1b2c3d4")));
  for (size_t size = 0; size < page.size(); ++size) {
    EXPECT_EQ(ParseVpdWwn(page.substr(0, size)), std::nullopt) << size;
  }
}

// A disk in sysfs behind its link in /sys/block.
void AddDisk(FakeHost* host, const std::string& name,
             const std::string& device_path,
             const std::map<std::string, std::string>& attributes) {
  host->Link("/sys/block/" + name, "../devices/" + device_path);
  for (const auto& [attribute, value] : attributes) {
    host->File(absl::StrCat("/sys/devices/", device_path, "/", attribute),
               value);
  }
}

TEST(DiskSource, StatesDisksWithTheirIdentitiesApart) {
  FakeHost host;
  AddDisk(&host, "sda", "pci0000:00/ata1/host0/block/sda",
          {{"size", "1000\n"},
           {"queue/rotational", "1\n"},
           {"removable", "0\n"},
           {"device/vendor", "ATA     \n"},
           {"device/model", "ST4000NM0035    \n"},
           {"device/wwid", "naa.5000c500a1b2c3d4\n"},
           {"device/vpd_pg80", std::string("\0\x80\0\x04ZC11", 8)}});
  AddDisk(&host, "nvme0n1", "pci0000:00/nvme/nvme0/nvme0n1",
          {{"size", "2000\n"},
           {"queue/rotational", "0\n"},
           {"removable", "0\n"},
           {"wwid", "eui.0025388b01234567\n"},
           {"device/model", "Samsung SSD 970      \n"},
           {"device/serial", "S4EV   \n"}});
  AddDisk(&host, "loop0", "virtual/block/loop0", {{"size", "8\n"}});
  const auto result = RunSource("hardware.disk", host.fs());
  EXPECT_THAT(
      result.rows,
      UnorderedElementsAre(
          EqualsText("disk { name: 'sda' model: 'ST4000NM0035' "
                     "size_bytes: 512000 rotational: true removable: false "
                     "transport: 'ata' }"),
          EqualsText("disk_identity { name: 'sda' serial_number: 'ZC11' "
                     "wwn: 'naa.5000c500a1b2c3d4' }"),
          EqualsText("disk { name: 'nvme0n1' model: 'Samsung SSD 970' "
                     "size_bytes: 1024000 rotational: false removable: false "
                     "transport: 'nvme' }"),
          EqualsText("disk_identity { name: 'nvme0n1' serial_number: 'S4EV' "
                     "wwn: 'eui.0025388b01234567' }")));
  EXPECT_THAT(result.evidence.disk_ids(),
              ElementsAre("eui.0025388b01234567", "naa.5000c500a1b2c3d4"));
}

TEST(DiskSource, DoesNotCountWhatCanBeCarriedAwayAsEvidence) {
  FakeHost host;
  AddDisk(&host, "sdb", "pci0000:00/usb1/host6/block/sdb",
          {{"size", "1000\n"}, {"device/serial", "USB1\n"}});
  AddDisk(&host, "mmcblk0", "platform/mmc_host/mmc0/block/mmcblk0",
          {{"size", "1000\n"},
           {"removable", "1\n"},
           {"device/serial", "0x1234\n"}});
  EXPECT_THAT(RunSource("hardware.disk", host.fs()).evidence.disk_ids(),
              IsEmpty());
}

TEST(DiskSource, LeavesOutEmptyCardReadersAndHiddenPaths) {
  FakeHost host;
  AddDisk(&host, "sdb", "usb1/block/sdb",
          {{"size", "0\n"}, {"removable", "1\n"}});
  AddDisk(&host, "nvme0c0n1", "nvme/nvme0c0n1",
          {{"size", "10\n"}, {"hidden", "1\n"}});
  EXPECT_THAT(RunSource("hardware.disk", host.fs()).rows, IsEmpty());
}

TEST(DiskSource, DoesNotTakeAMalformedSizeForZero) {
  FakeHost host;
  AddDisk(&host, "vda", "virtio0/block/vda", {{"size", "many\n"}});
  const auto result = RunSource("hardware.disk", host.fs());
  EXPECT_THAT(
      result.rows,
      ElementsAre(EqualsText("disk { name: 'vda' transport: 'virtio' }")));
  EXPECT_EQ(result.statuses.at("hardware.disk").malformed_count(), 1);
}

TEST(DiskSource, SaysWhatItMayNotRead) {
  FakeHost host;
  AddDisk(&host, "sda", "ata1/block/sda",
          {{"size", "1000\n"}, {"device/vpd_pg80", "x"}});
  FaultyHostFs fs(host.fs());
  fs.Deny("/sys/block/sda/device/vpd_pg80");
  EXPECT_THAT(RunSource("hardware.disk", fs).statuses.at("hardware.disk"),
              EqualsText(R"pb(
                source: "hardware.disk"
                outcome: OUTCOME_PERMISSION_DENIED
                notes: "/sys/block/sda/device/vpd_pg80: permission denied"
              )pb"));
}

TEST(DiskSource, SaysThatThereIsNoListOfDisks) {
  const FakeHost host;
  EXPECT_EQ(RunSource("hardware.disk", host.fs())
                .statuses.at("hardware.disk")
                .outcome(),
            v1::SourceStatus::OUTCOME_ABSENT);
}

}  // namespace
}  // namespace rollcall
