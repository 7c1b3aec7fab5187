// The whole source on machines made for the purpose, one a kind.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/sources/cpu_set.h"
#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/fixtures/smbios_builder.h"
#include "tests/support/proto_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FactsOf;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::FaultyHostFs;
using ::rollcall::testing::RunSource;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kCpu[] = "/sys/devices/system/cpu";

v1::CpuTopology TopologyOf(const HostFs& fs, const HostProbe* probe = nullptr) {
  const auto result = RunSource("hardware.cpu", fs, probe);
  const auto facts =
      FactsOf(result.rows, &v1::Row::has_cpu_topology, &v1::Row::cpu_topology);
  return facts.size() == 1 ? facts[0] : v1::CpuTopology();
}

// Says in sysfs where one CPU is.
void Place(FakeHost* host, int cpu, const std::string& core,
           const std::string& package, int package_id = 0) {
  const std::string path = absl::StrCat(kCpu, "/cpu", cpu, "/topology/");
  host->File(path + "thread_siblings_list", core + "\n");
  host->File(path + "core_siblings_list", package + "\n");
  host->File(path + "physical_package_id", absl::StrCat(package_id, "\n"));
  host->File(path + "core_id", absl::StrCat(cpu, "\n"));
}

void Lists(FakeHost* host, const std::string& present,
           const std::string& online) {
  host->File(absl::StrCat(kCpu, "/present"), present + "\n");
  host->File(absl::StrCat(kCpu, "/online"), online + "\n");
}

// /proc/cpuinfo of CPUs that differ in nothing but their number.
std::string CpuInfoOf(const CpuSet& cpus, const std::string& lines) {
  std::string text;
  for (const int cpu : cpus) {
    absl::StrAppend(&text, "processor\t: ", cpu, "\n", lines, "\n");
  }
  return text;
}

TEST(CpuSource, SaysWhetherThreadsWereSwitchedOff) {
  const auto control = [](const std::string& text) {
    FakeHost host;
    Lists(&host, "0-1", "0-1");
    host.File(absl::StrCat(kCpu, "/smt/control"), text);
    return TopologyOf(host.fs()).smt_control();
  };
  for (const char* text : {"on", "off", "forceoff", "notsupported", "4"}) {
    EXPECT_EQ(control(absl::StrCat(text, "\n")), text);
  }
  // The kernel does not know, or says what no kernel says.
  for (const char* text :
       {"notimplemented\n", "maybe\n", "0\n", "-1\n", "\n"}) {
    EXPECT_EQ(control(text), "") << text;
  }
}

TEST(CpuSource, CountsAnX86ServerWithACpuOffline) {
  FakeHost host;
  host.File("/proc/cpuinfo",
            CpuInfoOf({0, 1, 2},
                      "vendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 7451\n"
                      "flags\t\t: fpu ht lm\n"));
  Lists(&host, "0-3", "0-2");
  Place(&host, 0, "0,2", "0,2");
  Place(&host, 1, "1", "1", 1);
  Place(&host, 2, "0,2", "0,2");
  EXPECT_THAT(TopologyOf(host.fs()), EqualsText(R"pb(
                sockets: 2
                online_cores: 2
                online_cpus: 3
                configured_cpus: 4
                threads_per_core: 2
                models: "AMD EPYC 7451"
                vendor: "AuthenticAMD"
                architecture: "x86_64"
                offline_cpu_list: "3"
              )pb"));
}

// A CPU that goes offline while the others' places are read.
class ShrinkingFs final : public FaultyHostFs {
 public:
  explicit ShrinkingFs(FakeHost* host)
      : FaultyHostFs(host->fs()), host_(*host) {}
  absl::StatusOr<std::unique_ptr<HostDir>> OpenDir(
      absl::string_view path) const override {
    if (absl::StrContains(path, "/cpu0/")) Lists(&host_, "0-2", "0-1");
    return FaultyHostFs::OpenDir(path);
  }

 private:
  FakeHost& host_;
};

TEST(CpuSource, ReadsAnewWhereACpuWentOfflineMeanwhile) {
  FakeHost host;
  Lists(&host, "0-2", "0-2");
  Place(&host, 0, "0", "0-1");
  Place(&host, 1, "1", "0-1");
  const ShrinkingFs fs(&host);
  const auto result = RunSource("hardware.cpu", fs);
  EXPECT_EQ(result.statuses.at("hardware.cpu").outcome(),
            v1::SourceStatus::OUTCOME_COMPLETE);
  EXPECT_THAT(TopologyOf(fs), EqualsText(R"pb(
                sockets: 1
                online_cores: 2
                online_cpus: 2
                configured_cpus: 3
                threads_per_core: 1
                offline_cpu_list: "2"
              )pb"));
}

TEST(CpuSource, DoesNotGuessWhereACpuWithoutAPlaceIs) {
  FakeHost host;
  Lists(&host, "0-2", "0-2");
  Place(&host, 0, "0", "0-1");
  Place(&host, 1, "1", "0-1");
  EXPECT_THAT(TopologyOf(host.fs()),
              EqualsText("online_cpus: 3 configured_cpus: 3"));
  EXPECT_EQ(RunSource("hardware.cpu", host.fs())
                .statuses.at("hardware.cpu")
                .outcome(),
            v1::SourceStatus::OUTCOME_PARTIAL);
}

TEST(CpuSource, CountsAPowerPartitionWhosePackagesHaveNoNumber) {
  FakeHost host;
  host.File("/proc/cpuinfo",
            CpuInfoOf({0, 1, 2, 3}, "cpu\t\t: POWER7 (architected)\n") +
                "\ntimebase\t: 512000000\nplatform\t: pSeries\n");
  Lists(&host, "0-3", "0-3");
  for (int cpu = 0; cpu < 4; ++cpu) {
    const std::string pair = cpu < 2 ? "0-1" : "2-3";
    Place(&host, cpu, pair, pair, -1);
  }
  EXPECT_THAT(TopologyOf(host.fs()), EqualsText(R"pb(
                sockets: 2
                online_cores: 2
                online_cpus: 4
                configured_cpus: 4
                threads_per_core: 2
                models: "POWER7 (architected)"
                architecture: "ppc64"
              )pb"));
}

TEST(CpuSource, CountsAMainframePartitionAndNamesItsHypervisor) {
  FakeHost host;
  host.File("/proc/cpuinfo",
            "vendor_id       : IBM/S390\nfeatures\t: esan3 zarch\n"
            "processor 0: version = 00\nprocessor 1: version = 00\n");
  host.File("/proc/sysinfo",
            "Manufacturer: IBM\nType: 8561\nLPAR Number: 5\n"
            "VM00 Control Program: z/VM    7.2.0\n");
  Lists(&host, "0-2", "0-1");
  Place(&host, 0, "0", "0-1", 1);
  Place(&host, 1, "1", "0-1", 1);
  EXPECT_THAT(TopologyOf(host.fs()), EqualsText(R"pb(
                sockets: 1
                online_cores: 2
                online_cpus: 2
                configured_cpus: 3
                threads_per_core: 1
                vendor: "IBM/S390"
                architecture: "s390x"
                hypervisor: "IBM"
                offline_cpu_list: "2"
              )pb"));
}

// An ARM machine of eight cores in clusters of four, which an older kernel
// takes for packages.
class ArmClusters : public ::testing::Test {
 protected:
  void Cores(const std::string& part_of_first, const std::string& part) {
    const std::string common =
        "Features\t: fp asimd\nCPU implementer\t: 0x41\nCPU architecture: 8\n";
    host_.File(
        "/proc/cpuinfo",
        CpuInfoOf({0, 1, 2, 3},
                  common + "CPU part\t: " + part_of_first + "\n") +
            CpuInfoOf({4, 5, 6, 7}, common + "CPU part\t: " + part + "\n"));
    Lists(&host_, "0-7", "0-7");
    for (int cpu = 0; cpu < 8; ++cpu) {
      Place(&host_, cpu, absl::StrCat(cpu), cpu < 4 ? "0-3" : "4-7", cpu / 4);
    }
  }
  FakeHost host_;
};

TEST_F(ArmClusters, OfUnlikeCoresAreOneSocket) {
  Cores("0xd03", "0xd08");
  const v1::CpuTopology topology = TopologyOf(host_.fs());
  EXPECT_EQ(topology.sockets(), 1);
  EXPECT_EQ(topology.online_cores(), 8);
  EXPECT_THAT(topology.models(), ElementsAre("Cortex-A53", "Cortex-A72"));
}

TEST_F(ArmClusters, OnOneNodeAreOneSocket) {
  Cores("0xd08", "0xd08");
  host_.File("/sys/devices/system/node/node0/cpulist", "0-7\n");
  EXPECT_EQ(TopologyOf(host_.fs()).sockets(), 1);
}

TEST_F(ArmClusters, OnTwoNodesAreTwoSockets) {
  Cores("0xd0c", "0xd0c");
  host_.File("/sys/devices/system/node/node0/cpumap", "0f\n");
  host_.File("/sys/devices/system/node/node1/cpumap", "f0\n");
  EXPECT_EQ(TopologyOf(host_.fs()).sockets(), 2);
}

TEST_F(ArmClusters, AreSocketsWhereTheFirmwareSaysSo) {
  Cores("0xd0c", "0xd0c");
  host_.File("/sys/firmware/acpi/tables/PPTT", "PPTT");
  EXPECT_EQ(TopologyOf(host_.fs()).sockets(), 2);
}

TEST_F(ArmClusters, AreSocketsWhereTheKernelTellsClustersApart) {
  Cores("0xd0c", "0xd0c");
  host_.File(absl::StrCat(kCpu, "/cpu0/topology/cluster_id"), "12\n");
  EXPECT_EQ(TopologyOf(host_.fs()).sockets(), 2);
}

TEST(CpuSource, CountsASparcWhoseProcessorsAreNumberedWithGaps) {
  FakeHost host;
  host.File("/proc/cpuinfo",
            "cpu\t\t: TI UltraSparc II  (BlackBird)\ntype\t\t: sun4u\n"
            "CPU6:\t\tonline\nCPU14:\t\tonline\n");
  Lists(&host, "6,14", "6,14");
  Place(&host, 6, "6", "6", -1);
  Place(&host, 14, "14", "14", -1);
  EXPECT_THAT(TopologyOf(host.fs()), EqualsText(R"pb(
                sockets: 2
                online_cores: 2
                online_cpus: 2
                configured_cpus: 2
                threads_per_core: 1
                models: "TI UltraSparc II  (BlackBird)"
                architecture: "sparc64"
              )pb"));
}

TEST(CpuSource, CountsARiscVBoard) {
  FakeHost host;
  host.File("/proc/cpuinfo",
            CpuInfoOf({0, 1},
                      "hart\t\t: 1\nisa\t\t: rv64imafdc\n"
                      "uarch\t\t: sifive,u74-mc\nmvendorid\t: 0x489\n"));
  Lists(&host, "0-1", "0-1");
  Place(&host, 0, "0", "0-1");
  Place(&host, 1, "1", "0-1");
  EXPECT_THAT(TopologyOf(host.fs()), EqualsText(R"pb(
                sockets: 1
                online_cores: 2
                online_cpus: 2
                configured_cpus: 2
                threads_per_core: 1
                models: "sifive,u74-mc"
                vendor: "0x489"
                architecture: "riscv64"
              )pb"));
}

TEST(CpuSource, CountsALoongArchFromCpuInfoAlone) {
  FakeHost host;
  std::string cpuinfo = "system type\t\t: generic-loongson-machine\n\n";
  for (int cpu = 0; cpu < 4; ++cpu) {
    absl::StrAppend(&cpuinfo, "processor\t\t: ", cpu,
                    "\npackage\t\t\t: ", cpu / 2, "\ncore\t\t\t: ", cpu % 2,
                    "\nModel Name\t\t: Loongson-3A5000\n"
                    "ISA\t\t\t: loongarch32 loongarch64\n\n");
  }
  host.File("/proc/cpuinfo", cpuinfo);
  EXPECT_THAT(TopologyOf(host.fs()), EqualsText(R"pb(
                sockets: 2
                online_cores: 4
                online_cpus: 4
                configured_cpus: 4
                threads_per_core: 1
                models: "Loongson-3A5000"
                architecture: "loongarch64"
              )pb"));
}

TEST(CpuSource, DoesNotGuessTheSocketsOfAMachineThatDoesNotTell) {
  FakeHost host;
  host.File("/proc/cpuinfo",
            CpuInfoOf({0, 1},
                      "cpu model\t: MIPS 34Kc V5.5\n"
                      "isa\t: mips1 mips2 mips32r1 mips32r2\n"));
  const auto result = RunSource("hardware.cpu", host.fs());
  ASSERT_EQ(result.rows.size(), 1);
  EXPECT_THAT(result.rows[0].cpu_topology(), EqualsText(R"pb(
                online_cpus: 2
                configured_cpus: 2
                models: "MIPS 34Kc V5.5"
                architecture: "mips"
              )pb"));
  EXPECT_EQ(result.statuses.at("hardware.cpu").outcome(),
            v1::SourceStatus::OUTCOME_PARTIAL);
}

TEST(CpuSource, CountsAMachineWithoutTopologyInSysfs) {
  FakeHost host;
  host.File("/proc/cpuinfo",
            "processor\t: 0\ncpu\t\t: 740/750\ntimebase\t: 16500000\n");
  Lists(&host, "0", "0");
  EXPECT_THAT(TopologyOf(host.fs()), EqualsText(R"pb(
                sockets: 1
                online_cores: 1
                online_cpus: 1
                configured_cpus: 1
                threads_per_core: 1
                models: "740/750"
                architecture: "ppc"
              )pb"));
}

TEST(CpuSource, CountsFromCpuInfoWhereThereIsNoSysfs) {
  FakeHost host;
  host.File("/proc/cpuinfo",
            CpuInfoOf({0, 1},
                      "vendor_id\t: GenuineIntel\nmodel name\t: Xeon\n"
                      "physical id\t: 0\ncore id\t: 0\ncpu cores\t: 1\n"
                      "siblings\t: 2\nflags\t: ht\n"));
  const v1::CpuTopology topology = TopologyOf(host.fs());
  EXPECT_EQ(topology.sockets(), 1);
  EXPECT_EQ(topology.online_cores(), 1);
  EXPECT_EQ(topology.online_cpus(), 2);
  EXPECT_EQ(topology.threads_per_core(), 2);
}

TEST(CpuSource, UsesIdsWhereMasksAreEmpty) {
  FakeHost host;
  host.File("/proc/cpuinfo", CpuInfoOf({0, 1}, "flags\t: lm\n"));
  Lists(&host, "0-1", "0-1");
  for (int cpu = 0; cpu < 2; ++cpu) {
    const std::string path = absl::StrCat(kCpu, "/cpu", cpu, "/topology/");
    host.File(path + "thread_siblings", "00000000\n");
    host.File(path + "core_siblings", "00000000\n");
    host.File(path + "physical_package_id", absl::StrCat(cpu, "\n"));
    host.File(path + "core_id", "0\n");
  }
  EXPECT_EQ(TopologyOf(host.fs()).sockets(), 2);
  EXPECT_EQ(TopologyOf(host.fs()).online_cores(), 2);
}

TEST(CpuSource, SaysThatAnEmptyRootHasNoProcessors) {
  const FakeHost host;
  const auto result = RunSource("hardware.cpu", host.fs());
  EXPECT_THAT(result.rows, IsEmpty());
  EXPECT_THAT(
      result.statuses.at("hardware.cpu"), EqualsText(R"pb(
        source: "hardware.cpu"
        outcome: OUTCOME_ABSENT
        notes: "neither /sys/devices/system/cpu nor /proc/cpuinfo lists processors"
      )pb"));
}

TEST(CpuSource, SaysWhatItMayNotRead) {
  FakeHost host;
  host.File("/proc/cpuinfo", CpuInfoOf({0}, "flags\t: lm\n"));
  host.File("/sys/firmware/dmi/tables/smbios_entry_point", "");
  FaultyHostFs fs(host.fs());
  fs.Deny("/sys/firmware/dmi/tables/smbios_entry_point");
  const auto result = RunSource("hardware.cpu", fs);
  EXPECT_THAT(
      result.statuses.at("hardware.cpu"), EqualsText(R"pb(
        source: "hardware.cpu"
        outcome: OUTCOME_PERMISSION_DENIED
        notes: "/sys/firmware/dmi/tables/smbios_entry_point: permission denied"
      )pb"));
}

TEST(CpuSource, CountsMalformedLists) {
  FakeHost host;
  host.File("/proc/cpuinfo", CpuInfoOf({0}, "flags\t: lm\n"));
  Lists(&host, "0-99999999999", "garbage");
  const auto result = RunSource("hardware.cpu", host.fs());
  EXPECT_EQ(result.statuses.at("hardware.cpu").outcome(),
            v1::SourceStatus::OUTCOME_MALFORMED);
  EXPECT_EQ(result.statuses.at("hardware.cpu").malformed_count(), 2);
}

TEST(CpuSource, AsksTheProcessorOfALiveMachineForItsHypervisor) {
  FakeHost host;
  host.File("/proc/cpuinfo", CpuInfoOf({0}, "flags\t: lm hypervisor\n"));
  testing::FakeHostProbe probe;
  probe.kernel = KernelName{"Linux", "6.1.0", "riscv64"};
  probe.signatures = "Microsoft Hv KVMKVMKVM";
  FaultyHostFs live(host.fs());
  live.PassForLive();
  EXPECT_EQ(TopologyOf(live, &probe).hypervisor(), "KVM");
  EXPECT_EQ(TopologyOf(live, &probe).architecture(), "riscv64");
  EXPECT_FALSE(TopologyOf(host.fs(), &probe).has_hypervisor());
  EXPECT_EQ(TopologyOf(host.fs(), &probe).architecture(), "x86_64");
}

TEST(CpuSource, StatesSocketsOfTheFirmwareWithTheirSerialNumbersApart) {
  using testing::SmbiosStructureBuilder;
  FakeHost host;
  host.File("/sys/firmware/dmi/tables/smbios_entry_point",
            testing::SmbiosEntryPoint64(3, 2));
  host.File("/sys/firmware/dmi/tables/DMI", SmbiosStructureBuilder(4)
                                                    .Byte(0x27, 0)
                                                    .Text(0x04, "CPU1")
                                                    .Text(0x07, "Intel")
                                                    .Byte(0x18, 0x41)
                                                    .Text(0x20, "S123")
                                                    .Byte(0x23, 8)
                                                    .Byte(0x25, 16)
                                                    .Build() +
                                                testing::SmbiosEndOfTable());
  const auto rows = RunSource("hardware.cpu", host.fs()).rows;
  EXPECT_THAT(FactsOf(rows, &v1::Row::has_processor_package,
                      &v1::Row::processor_package),
              ElementsAre(EqualsText(R"pb(
                index: 0
                socket_designation: "CPU1"
                manufacturer: "Intel"
                status: "Populated, Enabled"
                core_count: 8
                thread_count: 16
              )pb")));
  EXPECT_THAT(FactsOf(rows, &v1::Row::has_processor_identity,
                      &v1::Row::processor_identity),
              ElementsAre(EqualsText("index: 0 serial_number: 'S123'")));
}

}  // namespace
}  // namespace rollcall
