#include "agent/sources/firmware.h"

#include "gmock/gmock.h"
#include "tests/fixtures/smbios_builder.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::SmbiosStructureBuilder;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

constexpr char kUuidBytes[] =
    "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff";

FirmwareFacts Parse(const std::vector<SmbiosStructureBuilder>& structures,
                    int major = 3, int minor = 2) {
  std::string table;
  for (const SmbiosStructureBuilder& s : structures) table += s.Build();
  table += testing::SmbiosEndOfTable();
  const auto facts =
      ParseFirmware(testing::SmbiosEntryPoint64(major, minor), table);
  EXPECT_OK(facts);
  return facts.value_or(FirmwareFacts());
}

TEST(Firmware, StatesTheSystem) {
  const FirmwareFacts facts = Parse({
      SmbiosStructureBuilder(0)
          .Byte(0x11, 0)
          .Text(4, "Vendor")
          .Text(5, "1.2 ")
          .Text(8, "01/02/2024"),
      SmbiosStructureBuilder(1)
          .Byte(0x1a, 0)
          .Text(4, "Maker")
          .Text(5, "Product")
          .Text(6, "Version")
          .Text(7, "Serial")
          .Bytes(8, absl::string_view(kUuidBytes, 16))
          .Text(0x19, "SKU")
          .Text(0x1a, "Family"),
  });
  EXPECT_THAT(facts.bios, EqualsText(R"pb(
                vendor: "Vendor"
                version: "1.2 "
                release_date: "01/02/2024"
              )pb"));
  EXPECT_THAT(facts.system, EqualsText(R"pb(
                manufacturer: "Maker"
                product_name: "Product"
                version: "Version"
                sku_number: "SKU"
                family: "Family"
              )pb"));
  EXPECT_THAT(facts.system_identity, EqualsText(R"pb(
                serial_number: "Serial"
                uuid: "33221100-5544-7766-8899-aabbccddeeff"
              )pb"));
}

TEST(Firmware, TakesTheFirstOfWhatAMachineHasOnce) {
  const FirmwareFacts facts =
      Parse({SmbiosStructureBuilder(1).Text(4, "First"),
             SmbiosStructureBuilder(1).Text(4, "Second").Text(5, "P")});
  EXPECT_THAT(facts.system, EqualsText("manufacturer: 'First'"));
}

TEST(SystemUuid, HasItsFirstFieldsSwappedFromVersion26On) {
  const absl::string_view bytes(kUuidBytes, 16);
  EXPECT_THAT(FormatSystemUuid(bytes, 0x0206),
              Optional(Eq("33221100-5544-7766-8899-aabbccddeeff")));
  EXPECT_THAT(FormatSystemUuid(bytes, 0x0205),
              Optional(Eq("00112233-4455-6677-8899-aabbccddeeff")));
}

TEST(SystemUuid, IsAbsentWhereAllBitsAreAlike) {
  EXPECT_EQ(FormatSystemUuid(std::string(16, '\0'), 0x0300), std::nullopt);
  EXPECT_EQ(FormatSystemUuid(std::string(16, '\xff'), 0x0300), std::nullopt);
  EXPECT_EQ(FormatSystemUuid("short", 0x0300), std::nullopt);
}

TEST(Firmware, KeepsTextThatOnlyFillsIn) {
  const FirmwareFacts facts = Parse(
      {SmbiosStructureBuilder(1).Byte(7, 0).Text(7, "To Be Filled By O.E.M.")});
  EXPECT_EQ(facts.system_identity.serial_number(), "To Be Filled By O.E.M.");
}

TEST(Firmware, CountsBadTexts) {
  const FirmwareFacts facts = Parse({SmbiosStructureBuilder(1)
                                         .Text(4, "Caf\xe9")
                                         .Text(5, "    ")
                                         .Byte(6, 9)});
  EXPECT_THAT(facts.system, EqualsText("manufacturer: 'Caf.'"));
  EXPECT_EQ(facts.bad_texts, 2);
}

TEST(Firmware, NumbersBoardsAndChassisInOrder) {
  const FirmwareFacts facts = Parse({
      SmbiosStructureBuilder(2).Byte(8, 0).Text(4, "A").Text(7, "S1"),
      SmbiosStructureBuilder(2).Byte(8, 0).Text(4, "B"),
      SmbiosStructureBuilder(2).Byte(8, 0).Text(4, "C").Text(8, "T3"),
      SmbiosStructureBuilder(3).Byte(8, 0).Byte(5, 0x80 | 0x17).Text(7, "S"),
      SmbiosStructureBuilder(3).Byte(8, 0).Byte(5, 0x70),
  });
  EXPECT_THAT(facts.boards,
              ElementsAre(EqualsText("index: 0 manufacturer: 'A'"),
                          EqualsText("index: 1 manufacturer: 'B'"),
                          EqualsText("index: 2 manufacturer: 'C'")));
  EXPECT_THAT(facts.board_identities,
              ElementsAre(EqualsText("index: 0 serial_number: 'S1'"),
                          EqualsText("index: 2 asset_tag: 'T3'")));
  EXPECT_THAT(facts.chassis,
              ElementsAre(EqualsText("index: 0 type: 'Rack Mount Chassis'"),
                          EqualsText("index: 1 type: '<OUT OF SPEC>'")));
  EXPECT_THAT(facts.chassis_identities, SizeIs(1));
}

TEST(Firmware, ReadsProcessorCountsAbove255FromTheirWideFields) {
  const FirmwareFacts facts = Parse({SmbiosStructureBuilder(4)
                                         .Byte(0x23, 0xff)
                                         .Byte(0x24, 0xff)
                                         .Byte(0x25, 0xff)
                                         .Word(0x2a, 288)
                                         .Word(0x2c, 256)
                                         .Word(0x2e, 576)
                                         .Byte(0x18, 0x41)});
  EXPECT_THAT(facts.processors, ElementsAre(EqualsText(R"pb(
                index: 0
                status: "Populated, Enabled"
                core_count: 288
                core_enabled: 256
                thread_count: 576
              )pb")));
}

TEST(Firmware, DoesNotTakeUnknownProcessorCountsForZero) {
  const FirmwareFacts facts =
      Parse({SmbiosStructureBuilder(4).Byte(0x18, 0).Byte(0x27, 0),
             SmbiosStructureBuilder(4).Byte(0x10, 0)});
  EXPECT_THAT(facts.processors,
              ElementsAre(EqualsText("index: 0 status: 'Unpopulated'"),
                          EqualsText("index: 1")));
}

TEST(Firmware, NamesProcessorStates) {
  EXPECT_EQ(ProcessorStatusName(0x41), "Populated, Enabled");
  EXPECT_EQ(ProcessorStatusName(0x42), "Populated, Disabled By User");
  EXPECT_EQ(ProcessorStatusName(0x45), "Populated, <OUT OF SPEC>");
  EXPECT_EQ(ProcessorStatusName(0x01), "Unpopulated");
}

// A module of `size` as the field at 0x0c says it.
SmbiosStructureBuilder Module(int size) {
  return SmbiosStructureBuilder(17).Byte(0x5b, 0).Word(0x0c, size);
}

int64_t SizeOf(const SmbiosStructureBuilder& module) {
  const FirmwareFacts facts = Parse({module});
  return facts.memory_modules.at(0).has_size_bytes()
             ? facts.memory_modules.at(0).size_bytes()
             : -1;
}

TEST(MemoryModule, HasItsSizeInMegabytesKilobytesOrTheExtendedField) {
  EXPECT_EQ(SizeOf(Module(16384)), int64_t{16} << 30);
  EXPECT_EQ(SizeOf(Module(0x8000 | 512)), 512 << 10);
  EXPECT_EQ(SizeOf(Module(0x7fff).DoubleWord(0x1c, 65536)), int64_t{64} << 30);
  EXPECT_EQ(SizeOf(Module(0x7fff).DoubleWord(0x1c, 0x80000000u | 4)), 4 << 20);
  EXPECT_EQ(SizeOf(Module(0xffff)), -1);
}

TEST(MemoryModule, HasTheLiteralSizeWhereThereIsNoExtendedField) {
  EXPECT_EQ(SizeOf(SmbiosStructureBuilder(17).Byte(0x14, 0).Word(0x0c, 0x7fff)),
            int64_t{32767} << 20);
}

TEST(MemoryModule, HasNothingButItsSlotIfItIsNotThere) {
  const FirmwareFacts facts = Parse({Module(0)
                                         .Text(0x10, "DIMM_A1")
                                         .Byte(0x12, 2)
                                         .Word(0x15, 3200)
                                         .Text(0x17, "Left over")
                                         .Text(0x18, "S")});
  EXPECT_THAT(facts.memory_modules, ElementsAre(EqualsText(R"pb(
                index: 0
                locator: "DIMM_A1"
                populated: false
                type: "Unknown"
              )pb")));
  EXPECT_THAT(facts.memory_identities, IsEmpty());
}

TEST(MemoryModule, HasItsSpeedInTheExtendedFieldIfItIsTooLarge) {
  EXPECT_EQ(Parse({Module(1).Word(0x15, 3200)}).memory_modules[0].speed_mts(),
            3200);
  EXPECT_EQ(Parse({Module(1).Word(0x15, 0xffff).DoubleWord(0x54, 70000)})
                .memory_modules[0]
                .speed_mts(),
            70000);
  EXPECT_FALSE(Parse({Module(1)}).memory_modules[0].has_speed_mts());
}

TEST(InstalledMemory, IsTheSumOfTheModules) {
  EXPECT_THAT(
      Parse({Module(1024), Module(0), Module(2048)}).installed_memory_bytes,
      Optional(int64_t{3} << 30));
}

TEST(InstalledMemory, IsUnknownIfOneModulesSizeIs) {
  EXPECT_EQ(Parse({Module(1024), Module(0xffff)}).installed_memory_bytes,
            std::nullopt);
  EXPECT_EQ(Parse({}).installed_memory_bytes, std::nullopt);
}

TEST(InstalledMemory, LeavesOutArraysThatAreNoSystemMemory) {
  constexpr int kSystemMemory = 3;
  constexpr int kFlash = 5;
  EXPECT_THAT(Parse({SmbiosStructureBuilder(16, 0x10).Byte(5, kSystemMemory),
                     SmbiosStructureBuilder(16, 0x11).Byte(5, kFlash),
                     Module(1024).Word(4, 0x10), Module(16).Word(4, 0x11)})
                  .installed_memory_bytes,
              Optional(int64_t{1} << 30));
}

TEST(FirmwareNames, AreTheSpecifications) {
  EXPECT_EQ(ChassisTypeName(0x01), "Other");
  EXPECT_EQ(ChassisTypeName(0x0a), "Notebook");
  EXPECT_EQ(ChassisTypeName(0x24), "Stick PC");
  EXPECT_EQ(ChassisTypeName(0x00), "<OUT OF SPEC>");
  EXPECT_EQ(ChassisTypeName(0x25), "<OUT OF SPEC>");
  EXPECT_EQ(MemoryTypeName(0x18), "DDR3");
  EXPECT_EQ(MemoryTypeName(0x1a), "DDR4");
  EXPECT_EQ(MemoryTypeName(0x1f), "Logical non-volatile device");
  EXPECT_EQ(MemoryTypeName(0x22), "DDR5");
  EXPECT_EQ(MemoryTypeName(0x24), "HBM3");
  EXPECT_EQ(MemoryTypeName(0x25), "<OUT OF SPEC>");
}

}  // namespace
}  // namespace rollcall
