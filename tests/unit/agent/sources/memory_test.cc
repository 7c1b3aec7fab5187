#include "agent/sources/meminfo.h"
#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/fixtures/smbios_builder.h"
#include "tests/support/proto_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::RunSource;
using ::rollcall::testing::SmbiosStructureBuilder;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

TEST(Meminfo, ReadsAValueInBytes) {
  EXPECT_THAT(
      ParseMeminfo("MemTotal:   16309212 kB\nMemFree: 1 kB\n", "MemTotal"),
      Optional(Eq(int64_t{16309212} * 1024)));
}

TEST(Meminfo, DoesNotTakeAMissingOrMalformedValueForZero) {
  for (const char* content :
       {"", "MemTotal:\n", "MemTotal: x kB\n", "MemTotal: -5 kB\n",
        "MemTotal: 5 MB\n", "MemTotalX: 5 kB\n",
        "MemTotal: 99999999999999999 kB\n"}) {
    EXPECT_EQ(ParseMeminfo(content, "MemTotal"), std::nullopt) << content;
  }
}

TEST(MemorySource, StatesCapacityAndModules) {
  FakeHost host;
  host.File("/proc/meminfo", "MemTotal:        1000000 kB\n");
  host.File("/sys/firmware/dmi/tables/smbios_entry_point",
            testing::SmbiosEntryPoint64(3, 2));
  host.File("/sys/firmware/dmi/tables/DMI", SmbiosStructureBuilder(17)
                                                    .Byte(0x1b, 0)
                                                    .Word(0x0c, 1024)
                                                    .Text(0x10, "A1")
                                                    .Text(0x18, "S1")
                                                    .Build() +
                                                testing::SmbiosEndOfTable());
  EXPECT_THAT(
      RunSource("hardware.memory", host.fs()).rows,
      UnorderedElementsAre(
          EqualsText("memory_capacity { usable_bytes: 1023410176 "
                     "installed_bytes: 1073741824 }"),
          EqualsText("memory_module { index: 0 locator: 'A1' populated: true "
                     "size_bytes: 1073741824 type: '<OUT OF SPEC>' }"),
          EqualsText(
              "memory_module_identity { index: 0 serial_number: 'S1' }")));
}

TEST(MemorySource, DoesNotTakeThePartOfATableForAllMemory) {
  FakeHost host;
  host.File("/sys/firmware/dmi/tables/smbios_entry_point",
            testing::SmbiosEntryPoint64(3, 2));
  const std::string module =
      SmbiosStructureBuilder(17).Byte(0x12, 0x1a).Word(0x0c, 1024).Build();
  host.File("/sys/firmware/dmi/tables/DMI",
            module + module.substr(0, module.size() / 2));
  const auto result = RunSource("hardware.memory", host.fs());
  EXPECT_EQ(result.statuses.at("hardware.memory").outcome(),
            v1::SourceStatus::OUTCOME_MALFORMED);
  EXPECT_THAT(result.rows,
              ElementsAre(EqualsText("memory_module { index: 0 populated: true "
                                     "size_bytes: 1073741824 type: 'DDR4' }")));
}

TEST(MemorySource, StatesTheSameWhenTheKernelTakesAFewPagesMore) {
  FakeHost a;
  FakeHost b;
  a.File("/proc/meminfo", "MemTotal:        1000000 kB\n");
  b.File("/proc/meminfo", "MemTotal:         999936 kB\n");
  EXPECT_THAT(
      RunSource("hardware.memory", a.fs()).rows.at(0),
      testing::EqualsProto(RunSource("hardware.memory", b.fs()).rows.at(0)));
}

TEST(MemorySource, CountsAMalformedMeminfo) {
  FakeHost host;
  host.File("/proc/meminfo", "nothing of use\n");
  const auto status =
      RunSource("hardware.memory", host.fs()).statuses.at("hardware.memory");
  EXPECT_EQ(status.outcome(), v1::SourceStatus::OUTCOME_MALFORMED);
}

}  // namespace
}  // namespace rollcall
