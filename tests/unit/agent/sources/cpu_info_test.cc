#include "agent/sources/cpu_info.h"

#include <random>

#include "absl/strings/str_split.h"
#include "agent/sources/cpu_names.h"
#include "gmock/gmock.h"

namespace rollcall {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

CpuInfo ParseCpuInfo(absl::string_view content) {
  CpuInfoParser parser;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    parser.AddLine(line);
  }
  return parser.Finish();
}

TEST(CpuInfo, ReadsX86) {
  const CpuInfo info = ParseCpuInfo(
      "processor\t: 0\n"
      "vendor_id\t: GenuineIntel\n"
      "cpu family\t: 6\n"
      "model\t\t: 85\n"
      "model name\t: Intel(R) Xeon(R)  Gold 6130 CPU @ 2.10GHz\n"
      "physical id\t: 1\n"
      "siblings\t: 32\n"
      "core id\t\t: 7\n"
      "cpu cores\t: 16\n"
      "flags\t\t: fpu vme ht lm hypervisor\n\n");
  EXPECT_EQ(info.vendor, "GenuineIntel");
  EXPECT_THAT(info.models,
              ElementsAre("Intel(R) Xeon(R)  Gold 6130 CPU @ 2.10GHz"));
  EXPECT_EQ(info.architecture, "x86_64");
  EXPECT_TRUE(info.hypervisor_flag);
  EXPECT_TRUE(info.multithreading_flag);
  ASSERT_THAT(info.processors, SizeIs(1));
  EXPECT_THAT(info.processors[0].physical_id, Optional(1));
  EXPECT_THAT(info.processors[0].core_id, Optional(7));
  EXPECT_THAT(info.processors[0].siblings, Optional(32));
  EXPECT_THAT(info.processors[0].cpu_cores, Optional(16));
}

TEST(CpuInfo, TellsA32BitKernelOnA64BitProcessor) {
  EXPECT_EQ(
      ParseCpuInfo("processor: 0\nfdiv_bug: no\nflags: fpu lm\n").architecture,
      "i686");
  EXPECT_EQ(ParseCpuInfo("processor: 0\nflags: fpu sse\n").architecture,
            "i686");
}

TEST(CpuInfo, NamesArmCoresByImplementerAndPart) {
  const CpuInfo info = ParseCpuInfo(
      "processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n"
      "CPU architecture: 8\nCPU part\t: 0xd03\n\n"
      "processor\t: 1\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n"
      "CPU architecture: 8\nCPU part\t: 0xd08\n\n");
  EXPECT_EQ(info.vendor, "ARM");
  EXPECT_EQ(info.architecture, "aarch64");
  EXPECT_THAT(info.models, ElementsAre("Cortex-A53", "Cortex-A72"));
}

TEST(CpuInfo, PrefersAnArmPartToTheNameOfItsArchitecture) {
  const CpuInfo info = ParseCpuInfo(
      "processor\t: 0\nmodel name\t: ARMv7 Processor rev 5 (v7l)\n"
      "Features\t: half thumb neon\nCPU implementer\t: 0x41\n"
      "CPU architecture: 7\nCPU part\t: 0xc07\n\n"
      "Hardware\t: BCM2835\n");
  EXPECT_THAT(info.models, ElementsAre("Cortex-A7"));
  EXPECT_EQ(info.architecture, "armv7l");
}

TEST(CpuInfo, StatesAnUnknownArmImplementerByItsNumber) {
  const CpuInfo info = ParseCpuInfo(
      "processor : 0\nCPU implementer : 0xee\nCPU architecture: 8\n"
      "CPU part : 0x123\n");
  EXPECT_EQ(info.vendor, "0xee");
  EXPECT_THAT(info.models, IsEmpty());
}

TEST(CpuInfo, ReadsS390) {
  const CpuInfo info = ParseCpuInfo(
      "vendor_id       : IBM/S390\n# processors    : 2\n"
      "features\t: esan3 zarch stfle\n"
      "processor 0: version = FF,  identification = 29AA14,  machine = 2817\n"
      "processor 5: version = FF,  identification = 29AA14,  machine = 2817\n");
  EXPECT_EQ(info.vendor, "IBM/S390");
  EXPECT_EQ(info.architecture, "s390x");
  EXPECT_THAT(info.models, IsEmpty());
  ASSERT_THAT(info.processors, SizeIs(2));
  EXPECT_THAT(info.processors[1].processor, Optional(5));
}

TEST(CpuInfo, ReadsSparc) {
  const CpuInfo info = ParseCpuInfo(
      "cpu\t\t: UltraSparc T1 (Niagara)\ntype\t\t: sun4v\n"
      "Cpu0ClkTck\t: 000000003b9aca00\nState:\nCPU0:\t\tonline\n"
      "CPU1:\t\tonline\n");
  EXPECT_EQ(info.architecture, "sparc64");
  EXPECT_EQ(info.vendor, "");
  EXPECT_THAT(info.models, ElementsAre("UltraSparc T1 (Niagara)"));
  EXPECT_THAT(info.processors, SizeIs(2));
}

TEST(CpuInfo, ReadsPower) {
  const CpuInfo info = ParseCpuInfo(
      "processor\t: 0\ncpu\t\t: POWER9, altivec supported\n\n"
      "timebase\t: 512000000\nplatform\t: PowerNV\n");
  EXPECT_EQ(info.architecture, "ppc64");
  EXPECT_EQ(info.platform, "PowerNV");
  EXPECT_THAT(info.models, ElementsAre("POWER9, altivec supported"));
  EXPECT_EQ(ParseCpuInfo("processor : 0\ncpu : 7447A, altivec supported\n"
                         "timebase : 1\n")
                .architecture,
            "ppc");
}

TEST(CpuInfo, ReadsRiscV) {
  const CpuInfo info = ParseCpuInfo(
      "processor\t: 0\nhart\t\t: 1\nisa\t\t: rv64imafdc\nmmu\t\t: sv39\n"
      "uarch\t\t: sifive,u74-mc\nmvendorid\t: 0x489\n\n");
  EXPECT_EQ(info.architecture, "riscv64");
  EXPECT_EQ(info.vendor, "0x489");
  EXPECT_THAT(info.models, ElementsAre("sifive,u74-mc"));
  EXPECT_EQ(
      ParseCpuInfo("processor : 0\nisa : rv64i\nmvendorid : 0x0\n").vendor, "");
}

TEST(CpuInfo, ReadsLoongArchAndMips) {
  EXPECT_EQ(ParseCpuInfo("processor : 0\npackage : 0\ncore : 0\n"
                         "CPU Family : Loongson-64bit\nModel Name : X\n"
                         "ISA : loongarch32 loongarch64\n")
                .architecture,
            "loongarch64");
  EXPECT_EQ(ParseCpuInfo("processor : 0\ncpu model : MIPS 24Kc V7.4\n"
                         "isa : mips1 mips2 mips32r1\n")
                .architecture,
            "mips");
}

TEST(CpuInfo, CountsLinesThatAreNone) {
  const CpuInfo info = ParseCpuInfo(
      "processor : x\nno colon\nprocessor : 99999\nprocessor : 1\n");
  EXPECT_EQ(info.malformed, 3);
  EXPECT_THAT(info.processors, SizeIs(1));
}

TEST(CpuInfo, SurvivesRandomText) {
  std::mt19937 random(1);
  const std::vector<std::string> words = {
      "processor",   "CPU",        "physical id", ":",           "\t",
      "0",           "-1",         "flags",       "lm ht",       "CPU part",
      "0xfffffffff", "\n",         "\n\n",        "cpu",         "isa",
      "rv64",        "model name", "\xff",        "999999999999"};
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (int j = 0; j < 30; ++j) text += words[random() % words.size()];
    const CpuInfo info = ParseCpuInfo(text);
    EXPECT_LE(info.processors.size(), 60);
  }
}

TEST(CpuNames, KnowsServersAndBoards) {
  EXPECT_EQ(ArmImplementerName(0xc0), "Ampere");
  EXPECT_EQ(ArmPartName(0x41, 0xd0c), "Neoverse-N1");
  EXPECT_EQ(ArmPartName(0x43, 0x0a1), "ThunderX-88XX");
  EXPECT_EQ(ArmPartName(0x41, 0xfff), "");
  EXPECT_EQ(ArmImplementerName(0x00), "");
}

}  // namespace
}  // namespace rollcall
