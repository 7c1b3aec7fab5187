#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/reconcile/metrics/metrics.h"
#include "collector/reconcile/metrics/registry.h"
#include "gmock/gmock.h"
#include "tests/support/fake_random.h"
#include "tests/unit/collector/reconcile/facts.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

// "low expected high".
std::string Range(const Measured& measured) {
  return absl::StrCat(measured.low.ToString(), " ",
                      measured.expected.ToString(), " ",
                      measured.high.ToString());
}

std::string Cpu(absl::string_view fields) {
  return absl::StrCat("cpu_topology { ", fields, " }");
}

std::string Package(int index, absl::string_view fields) {
  return absl::StrCat("processor_package { index: ", index,
                      " status: 'Populated, Enabled' ", fields, " }");
}

constexpr char kSixteenCores[] =
    "sockets: 2 online_cores: 16 online_cpus: 32 configured_cpus: 32 "
    "threads_per_core: 2";

TEST(CoreMetric, CountsPhysicalCoresAndNotThreads) {
  const Measured measured = MeasureCore(Facts({Cpu(kSixteenCores), kSeen}));
  EXPECT_EQ(Range(measured), "16 16 16");
  EXPECT_EQ(measured.explanation, "16 physical cores (2 sockets)");
  EXPECT_THAT(measured.missing_facts, IsEmpty());
}

TEST(CoreMetric, CountsVirtualProcessorsOfAGuest) {
  const Measured measured =
      MeasureCore(Facts({Cpu(kSixteenCores), kSeen, kKvmGuest}));
  EXPECT_EQ(Range(measured), "32 32 32");
  EXPECT_EQ(measured.explanation, "32 vCPUs of a virtual machine (kvm)");
}

TEST(CoreMetric, TakesTheHypervisorOfTheCpuRowForEvidenceOfAGuest) {
  const Measured measured = MeasureCore(
      Facts({Cpu("online_cores: 2 online_cpus: 4 configured_cpus: 4 "
                 "hypervisor: 'KVM'"),
             kSeen}));
  EXPECT_EQ(Range(measured), "4 4 4");
}

TEST(CoreMetric, CountsProcessorsOfAPartitionAndNotTheirThreads) {
  const std::string partition =
      "virtualization_layer { kind: KIND_HYPERVISOR_GUEST technology: 'phyp' }";
  const std::string cpu =
      Cpu("sockets: 4 online_cores: 4 online_cpus: 16 configured_cpus: 16 "
          "threads_per_core: 4 hypervisor: 'pHyp'");
  const Measured measured = MeasureCore(Facts({cpu, partition, kSeen}));
  EXPECT_EQ(Range(measured), "4 4 4");
  EXPECT_EQ(measured.explanation, "4 processors of a partition (phyp)");
  // A virtual machine within a partition is a virtual machine.
  EXPECT_EQ(Range(MeasureCore(Facts({cpu, partition, kKvmGuest, kSeen}))),
            "16 16 16");
}

TEST(CoreMetric, ShowsOfflineProcessorsOfAPartitionAsARange) {
  const Measured measured = MeasureCore(Facts(
      {Cpu("sockets: 7 online_cores: 17 online_cpus: 17 configured_cpus: 20"),
       "virtualization_layer { kind: KIND_HYPERVISOR_GUEST technology: "
       "'pr/sm' }",
       kSeen}));
  EXPECT_EQ(Range(measured), "17 17 20");
  EXPECT_THAT(measured.missing_facts, ElementsAre(HasSubstr("3 offline CPUs")));
}

TEST(CoreMetric, SaysThatAContainerSeesItsHost) {
  const Measured measured =
      MeasureCore(Facts({Cpu(kSixteenCores), kContainer, kSeen}));
  EXPECT_EQ(Range(measured), "16 16 16");
  EXPECT_THAT(measured.explanation, HasSubstr("its host's"));
  EXPECT_EQ(Range(MeasureCore(
                Facts({Cpu(kSixteenCores), kContainer, kKvmGuest, kSeen}))),
            "32 32 32");
}

TEST(CoreMetric, KnowsNoZero) {
  for (const auto& rows : std::vector<std::vector<std::string>>{
           {},
           {kSeen},
           {kKvmGuest},
           {Cpu("sockets: 0 online_cores: 0 online_cpus: 0 "
                "configured_cpus: 0"),
            kSeen},
           {Cpu("online_cores: -4 configured_cpus: -4"), kSeen}}) {
    const Measured measured = MeasureCore(Facts(rows));
    EXPECT_EQ(Range(measured), "1 1 unlimited");
    EXPECT_THAT(measured.missing_facts, Not(IsEmpty()));
    EXPECT_THAT(measured.explanation, HasSubstr("at least 1"));
  }
}

TEST(CoreMetric, BoundsAnUnknownCoreCountByWhatIsKnown) {
  EXPECT_EQ(Range(MeasureCore(
                Facts({Cpu("sockets: 2 online_cpus: 32 configured_cpus: 32 "
                           "threads_per_core: 2"),
                       kSeen}))),
            "16 16 32");
  EXPECT_EQ(
      Range(MeasureCore(Facts(
          {Cpu("sockets: 2 online_cpus: 32 configured_cpus: 32"), kSeen}))),
      "2 2 32");
  EXPECT_EQ(Range(MeasureCore(Facts({Cpu("online_cores: 8"), kSeen}))),
            "8 8 unlimited");
}

TEST(CoreMetric, RoundsCoresOfPartlyOnlineThreadsUp) {
  EXPECT_EQ(Range(MeasureCore(Facts({Cpu("online_cpus: 5 configured_cpus: 6 "
                                         "threads_per_core: 2"),
                                     kSeen}))),
            "3 3 6");
}

TEST(CoreMetric, ShowsOfflineCpusAsARange) {
  const Measured measured = MeasureCore(Facts(
      {Cpu("online_cores: 6 online_cpus: 12 configured_cpus: 16"), kSeen}));
  EXPECT_EQ(Range(measured), "6 6 10");
  EXPECT_THAT(measured.missing_facts, ElementsAre(HasSubstr("4 offline CPUs")));
  EXPECT_THAT(measured.explanation, HasSubstr("at most 10"));
}

TEST(CoreMetric, ShowsCoresThatTheFirmwareEnablesAndTheKernelDoesNotRun) {
  const Measured measured =
      MeasureCore(Facts({Cpu("sockets: 2 online_cores: 12 online_cpus: 24 "
                             "configured_cpus: 24"),
                         Package(0, "core_count: 10 core_enabled: 8"),
                         Package(1, "core_count: 10 core_enabled: 8"), kSeen}));
  EXPECT_EQ(Range(measured), "12 12 16");
  EXPECT_THAT(measured.missing_facts, ElementsAre(HasSubstr("4 of 16 cores")));
  EXPECT_THAT(measured.decided_by, SizeIs(3));
}

TEST(CoreMetric, TrustsTheKernelOverAFirmwareThatStatesLess) {
  const Measured measured =
      MeasureCore(Facts({Cpu(kSixteenCores),
                         Package(0, "core_count: 4 core_enabled: 4"), kSeen}));
  EXPECT_EQ(Range(measured), "16 16 16");
  EXPECT_THAT(measured.missing_facts, IsEmpty());
}

TEST(CoreMetric, LetsNoFirmwareThatStatesTooLittleHideOfflineCpus) {
  const Measured measured = MeasureCore(
      Facts({Cpu("online_cores: 16 online_cpus: 16 configured_cpus: 32"),
             Package(0, "core_count: 4 core_enabled: 4"), kSeen}));
  EXPECT_EQ(Range(measured), "16 16 32");
  EXPECT_THAT(measured.missing_facts,
              ElementsAre(HasSubstr("16 offline CPUs")));
}

constexpr char kDamagedFirmware[] =
    "source_status { source: 'hardware.cpu' outcome: OUTCOME_MALFORMED "
    "malformed_count: 1 }";

TEST(CoreMetric, DoesNotTakeADamagedFirmwaresSumForAll) {
  // The first of two processors; the kernel knows better.
  const std::string first = Package(0, "core_count: 16 core_enabled: 16");
  const Measured known = MeasureCore(
      Facts({Cpu("online_cores: 32 online_cpus: 64 configured_cpus: 64"), first,
             kDamagedFirmware, kSeen}));
  EXPECT_EQ(Range(known), "32 32 32");
  // The kernel runs fewer than even that part enables.
  const Measured fewer = MeasureCore(
      Facts({Cpu("online_cores: 8 online_cpus: 8 configured_cpus: 8"), first,
             kDamagedFirmware, kSeen}));
  EXPECT_EQ(Range(fewer), "8 8 unlimited");
  EXPECT_THAT(fewer.missing_facts, ElementsAre(HasSubstr("tells of 16")));
  EXPECT_THAT(fewer.decided_by, SizeIs(3));
  // The kernel says nothing.
  EXPECT_EQ(Range(MeasureCore(Facts({first, kDamagedFirmware, kSeen}))),
            "16 16 unlimited");
}

TEST(CoreMetric, LetsTheFirmwareSettleWhatOfflineCpusAre) {
  // Threads switched off: 16 cores run one thread each of two.
  const Measured measured = MeasureCore(
      Facts({Cpu("online_cores: 16 online_cpus: 16 configured_cpus: 32"),
             Package(0, "core_count: 8 core_enabled: 8"),
             Package(1, "core_count: 8 core_enabled: 8"), kSeen}));
  EXPECT_EQ(Range(measured), "16 16 16");
}

TEST(CoreMetric, CountsOnlyFilledSocketsThatAreEnabled) {
  const std::string cpu =
      Cpu("online_cores: 8 online_cpus: 8 configured_cpus: 8");
  const std::string empty =
      "processor_package { index: 1 status: 'Unpopulated' core_count: 8 }";
  const std::string disabled =
      "processor_package { index: 1 status: 'Populated, Disabled By BIOS' "
      "core_count: 8 core_enabled: 8 }";
  const std::string full = Package(0, "core_count: 8 core_enabled: 8");
  EXPECT_EQ(Range(MeasureCore(Facts({cpu, full, empty, kSeen}))), "8 8 8");
  EXPECT_EQ(Range(MeasureCore(Facts({cpu, full, disabled, kSeen}))), "8 8 8");
}

TEST(CoreMetric, IgnoresAFirmwareThatDoesNotCountEveryProcessor) {
  const Measured measured = MeasureCore(Facts(
      {Cpu("online_cores: 8 online_cpus: 8 configured_cpus: 12"),
       Package(0, "core_count: 8 core_enabled: 8"), Package(1, ""), kSeen}));
  EXPECT_EQ(Range(measured), "8 8 12");
}

TEST(CoreMetric, IgnoresTheFirmwareOfAGuest) {
  const Measured measured = MeasureCore(
      Facts({Cpu("online_cores: 2 online_cpus: 2 configured_cpus: 2"),
             Package(0, "core_count: 64 core_enabled: 64"), kKvmGuest, kSeen}));
  EXPECT_EQ(Range(measured), "2 2 2");
  EXPECT_THAT(measured.decided_by, SizeIs(2));
}

TEST(CoreMetric, TakesTheFirmwaresCountWhereTheKernelGivesNone) {
  EXPECT_EQ(Range(MeasureCore(
                Facts({Package(0, "core_count: 8 core_enabled: 6"), kSeen}))),
            "6 6 6");
}

TEST(CoreMetric, DoesNotTakeAControlDomainsViewForTheMachine) {
  const std::string cpu =
      Cpu("online_cores: 4 online_cpus: 4 configured_cpus: 4 "
          "hypervisor: 'Xen'");
  const std::string host =
      "virtualization_layer { kind: KIND_HYPERVISOR_HOST technology: 'xen' }";
  const Measured blind = MeasureCore(Facts({cpu, host, kSeen}));
  EXPECT_EQ(Range(blind), "4 4 unlimited");
  EXPECT_THAT(blind.missing_facts, ElementsAre(HasSubstr("control domain")));
  EXPECT_EQ(
      Range(MeasureCore(Facts(
          {cpu, host, Package(0, "core_count: 32 core_enabled: 32"), kSeen}))),
      "4 4 32");
}

constexpr char kSwitchedOff[] =
    "source_status { source: 'virtualization' outcome: OUTCOME_DISABLED }";

TEST(CoreMetric, KnowsAPartitionByTheCpuRowAlone) {
  EXPECT_EQ(Range(MeasureCore(Facts(
                {Cpu("online_cores: 2 online_cpus: 16 configured_cpus: 16 "
                     "architecture: 'ppc64le' hypervisor: 'pHyp'"),
                 kSwitchedOff}))),
            "2 2 2");
}

TEST(CoreMetric, AllowsForAControlDomainWhereNobodyLookedForOne) {
  const std::string cpu =
      Cpu("online_cores: 4 online_cpus: 4 configured_cpus: 4 "
          "hypervisor: 'Xen'");
  const Measured blind = MeasureCore(Facts({cpu, kSwitchedOff}));
  EXPECT_EQ(Range(blind), "4 4 unlimited");
  EXPECT_THAT(blind.missing_facts, ElementsAre(HasSubstr("control domain")));
  EXPECT_EQ(
      Range(MeasureCore(Facts(
          {cpu, Package(0, "core_count: 32 core_enabled: 32"), kSwitchedOff}))),
      "4 4 32");
}

TEST(CoreMetric, AllowsForAPartitionWhereTheHypervisorIsUnnamed) {
  const std::string power =
      Cpu("sockets: 4 online_cores: 4 online_cpus: 16 configured_cpus: 16 "
          "threads_per_core: 4 architecture: 'ppc64'");
  const std::string unnamed =
      "virtualization_layer { kind: KIND_HYPERVISOR_GUEST }";
  const Measured measured = MeasureCore(Facts({power, unnamed, kSeen}));
  EXPECT_EQ(Range(measured), "4 4 16");
  EXPECT_THAT(measured.missing_facts,
              ElementsAre(HasSubstr("which hypervisor")));
  EXPECT_EQ(Range(MeasureCore(Facts({power, unnamed, kKvmGuest, kSeen}))),
            "16 16 16");
  // One name stands for z/VM and for what parts the machine.
  EXPECT_EQ(Range(MeasureCore(
                Facts({Cpu("online_cores: 3 online_cpus: 6 configured_cpus: 6 "
                           "architecture: 's390x' hypervisor: 'IBM'"),
                       kSwitchedOff}))),
            "3 3 6");
  // Nothing parts an x86 machine.
  EXPECT_EQ(Range(MeasureCore(
                Facts({Cpu("online_cores: 2 online_cpus: 4 configured_cpus: 4 "
                           "architecture: 'x86_64'"),
                       unnamed, kSeen}))),
            "4 4 4");
}

TEST(CoreMetric, AllowsForAGuestWhereNotAllCouldBeSeen) {
  const std::string denied =
      "source_status { source: 'virtualization' "
      "outcome: OUTCOME_PERMISSION_DENIED }";
  for (const auto& rows : {std::vector<std::string>{Cpu(kSixteenCores), denied},
                           std::vector<std::string>{Cpu(kSixteenCores)}}) {
    const Measured measured = MeasureCore(Facts(rows));
    EXPECT_EQ(Range(measured), "16 16 32");
    EXPECT_THAT(measured.missing_facts, ElementsAre(HasSubstr("hypervisor")));
  }
  // Where threads are cores it makes no difference.
  EXPECT_EQ(
      Range(MeasureCore(Facts(
          {Cpu("online_cores: 4 online_cpus: 4 configured_cpus: 4"), denied}))),
      "4 4 4");
}

TEST(CoreMetric, CountsVirtualProcessorsThatAreOfflineAsARange) {
  const Measured measured = MeasureCore(
      Facts({Cpu("online_cores: 2 online_cpus: 2 configured_cpus: 8"),
             kKvmGuest, kSeen}));
  EXPECT_EQ(Range(measured), "2 2 8");
  EXPECT_THAT(measured.missing_facts, ElementsAre(HasSubstr("6 vCPUs")));
}

TEST(CoreMetric, AlwaysGivesAnOrderedRangeAndNamesWhatIsMissing) {
  testing::FakeRandom random(13);
  const auto number = [&](const char* name, std::string& text) {
    const uint64_t draw = random.Next64() % 5;
    if (draw > 0) {
      absl::StrAppend(&text, name, ": ",
                      static_cast<int>(random.Next64() % 40) - 2, " ");
    }
  };
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::string> rows;
    std::string cpu;
    for (const char* name : {"sockets", "online_cores", "online_cpus",
                             "configured_cpus", "threads_per_core"}) {
      number(name, cpu);
    }
    constexpr const char* kHypervisors[] = {"X", "Xen", "IBM", "pHyp"};
    if (random.Next64() % 4 == 0) {
      absl::StrAppend(&cpu, "hypervisor: '", kHypervisors[random.Next64() % 4],
                      "' ");
    }
    if (random.Next64() % 2 == 0) cpu += "architecture: 's390x' ";
    rows.push_back(Cpu(cpu));
    for (int i = 0; i < static_cast<int>(random.Next64() % 3); ++i) {
      std::string package;
      number("core_count", package);
      number("core_enabled", package);
      rows.push_back(Package(i, package));
    }
    if (random.Next64() % 2 == 0) rows.emplace_back(kSeen);
    if (random.Next64() % 4 == 0) rows.emplace_back(kDamagedFirmware);
    if (random.Next64() % 3 == 0) rows.emplace_back(kKvmGuest);
    if (random.Next64() % 5 == 0) rows.emplace_back(kContainer);
    const Measured measured = MeasureCore(Facts(rows));
    ASSERT_GE(measured.low, Quantity::Of(1)) << cpu;
    ASSERT_LE(measured.low, measured.expected) << cpu;
    ASSERT_LE(measured.expected, measured.high) << cpu;
    ASSERT_EQ(measured.low == measured.high, measured.missing_facts.empty())
        << cpu;
  }
}

TEST(DeviceMetric, CountsOneWhateverIsKnown) {
  for (const auto& rows : std::vector<std::vector<std::string>>{
           {}, {Cpu(kSixteenCores)}, {kContainer}}) {
    EXPECT_EQ(Range(MeasureDevice(Facts(rows))), "1 1 1");
  }
}

TEST(MetricRegistry, ListsEachMetricOnceInOrder) {
  const std::vector<std::string> names = MetricNames();
  EXPECT_THAT(names, IsSupersetOf({"core", "device", "pvu"}));
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_EQ(FindMetric("CORE"), FindMetric("core"));
  EXPECT_EQ(FindMetric("no such metric"), nullptr);
  EXPECT_NE(FindMetric(kDefaultMetric), nullptr);
}

TEST(MetricRegistry, SaysOfEachMetricHowItIsCountedOrWhyItIsNot) {
  for (const Metric& metric : AllMetrics()) {
    EXPECT_EQ(metric.measure == nullptr, !metric.not_counted.empty())
        << metric.name;
  }
}

}  // namespace
}  // namespace rollcall::collector
