#include "agent/sources/virtualization.h"

#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/support/proto_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FactsOf;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::FakeHostProbe;
using ::rollcall::testing::FaultyHostFs;
using ::rollcall::testing::RunSource;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kGuestFlag[] = "processor : 0\nflags : lm hypervisor\n";

std::vector<v1::VirtualizationLayer> LayersOf(
    const HostFs& fs, const HostProbe* probe = nullptr) {
  return FactsOf(RunSource("virtualization", fs, probe).rows,
                 &v1::Row::has_virtualization_layer,
                 &v1::Row::virtualization_layer);
}

void AddDmi(FakeHost* host, const std::string& maker,
            const std::string& product) {
  host->File("/sys/class/dmi/id/sys_vendor", maker + "\n");
  host->File("/sys/class/dmi/id/product_name", product + "\n");
}

TEST(Virtualization, FindsNothingOnABareMachine) {
  FakeHost host;
  host.File("/proc/cpuinfo", "processor : 0\nflags : lm vmx\n");
  AddDmi(&host, "Dell Inc.", "PowerEdge R630");
  host.File("/proc/1/cgroup", "0::/init.scope\n");
  const auto result = RunSource("virtualization", host.fs());
  EXPECT_THAT(result.rows, IsEmpty());
  EXPECT_EQ(result.statuses.at("virtualization").outcome(),
            v1::SourceStatus::OUTCOME_COMPLETE);
}

TEST(Virtualization, StatesTheMachineAndItsUserlandAsLayersOfTheirOwn) {
  FakeHost host;
  host.File("/proc/cpuinfo", kGuestFlag).File("/.dockerenv", "");
  FaultyHostFs live(host.fs());
  live.PassForLive();
  FakeHostProbe probe;
  probe.signatures = "KVMKVMKVM";
  EXPECT_THAT(LayersOf(live, &probe),
              UnorderedElementsAre(
                  EqualsText("kind: KIND_HYPERVISOR_GUEST technology: 'kvm' "
                             "evidence: 'cpuid hypervisor flag' "
                             "evidence: 'cpuid hypervisor signature'"),
                  EqualsText("kind: KIND_CONTAINER technology: 'docker' "
                             "evidence: '/.dockerenv'")));
}

TEST(Virtualization, StatesAGuestWhoseHypervisorItCannotName) {
  FakeHost host;
  host.File("/proc/cpuinfo", kGuestFlag);
  EXPECT_THAT(LayersOf(host.fs()),
              ElementsAre(EqualsText("kind: KIND_HYPERVISOR_GUEST "
                                     "evidence: 'cpuid hypervisor flag'")));
}

TEST(Virtualization, FindsACloudAndItsHypervisor) {
  FakeHost host;
  host.File("/proc/cpuinfo", kGuestFlag);
  AddDmi(&host, "Google", "Google Compute Engine");
  EXPECT_THAT(LayersOf(host.fs()),
              UnorderedElementsAre(
                  EqualsText("kind: KIND_HYPERVISOR_GUEST technology: 'kvm' "
                             "evidence: 'SMBIOS \"Google Compute Engine\"' "
                             "evidence: 'cpuid hypervisor flag'"),
                  EqualsText("kind: KIND_CLOUD_INSTANCE technology: 'gcp' "
                             "evidence: 'SMBIOS \"Google Compute Engine\"'")));
}

TEST(Virtualization, DoesNotTakeABareCloudMachineForAGuest) {
  FakeHost host;
  host.File("/proc/cpuinfo", "processor : 0\nflags : lm vmx\n");
  AddDmi(&host, "Amazon EC2", "m5.metal");
  EXPECT_THAT(
      LayersOf(host.fs()),
      ElementsAre(EqualsText("kind: KIND_CLOUD_INSTANCE technology: 'aws' "
                             "evidence: 'SMBIOS \"Amazon EC2\"'")));
}

TEST(Virtualization, TellsAMicrosoftComputerFromAMicrosoftGuest) {
  FakeHost surface;
  AddDmi(&surface, "Microsoft Corporation", "Surface Pro 9");
  EXPECT_THAT(LayersOf(surface.fs()), IsEmpty());
  FakeHost guest;
  AddDmi(&guest, "Microsoft Corporation", "Virtual Machine");
  EXPECT_THAT(
      LayersOf(guest.fs()),
      ElementsAre(EqualsText("kind: KIND_HYPERVISOR_GUEST technology: 'hyperv' "
                             "evidence: 'SMBIOS \"Virtual Machine\"'")));
}

TEST(Virtualization, SeesThroughAHypervisorThatImitatesAnother) {
  FakeHost host;
  FaultyHostFs live(host.fs());
  live.PassForLive();
  FakeHostProbe probe;
  probe.signatures = "Microsoft Hv KVMKVMKVM";
  EXPECT_THAT(
      LayersOf(live, &probe),
      ElementsAre(EqualsText("kind: KIND_HYPERVISOR_GUEST technology: 'kvm' "
                             "evidence: 'cpuid hypervisor signature'")));
}

TEST(Virtualization, FindsHypervisorsByTheirDevices) {
  struct Case {
    const char* line;
    const char* technology;
  };
  for (const Case& c :
       {Case{"0010\t80eebeef\t12\n", "virtualbox"},
        Case{"0078\t15ad0710\tb\n", "vmware"},
        Case{"0010\t58530001\t1c\txen-platform-pci\n", "xen"}}) {
    FakeHost host;
    host.File("/proc/bus/pci/devices",
              std::string("0000\t80861237\t0\n") + c.line);
    const auto layers = LayersOf(host.fs());
    ASSERT_EQ(layers.size(), 1) << c.line;
    EXPECT_EQ(layers[0].technology(), c.technology);
  }
}

TEST(Virtualization, DoesNotTakeVirtioForAHypervisor) {
  FakeHost host;
  host.File("/proc/bus/pci/devices", "0010\t1af41000\t12\ngarbage\n\t\n");
  EXPECT_THAT(LayersOf(host.fs()), IsEmpty());
}

TEST(Virtualization, StatesEveryLevelOfAMainframe) {
  FakeHost host;
  host.File("/proc/sysinfo",
            "Manufacturer: IBM\nType: 8561\nLPAR Number: 5\n"
            "VM00 Control Program: KVM/Linux\n"
            "VM01 Control Program: z/VM    7.2.0\n");
  EXPECT_THAT(LayersOf(host.fs()),
              UnorderedElementsAre(
                  EqualsText("kind: KIND_HYPERVISOR_GUEST technology: 'kvm' "
                             "evidence: '/proc/sysinfo control program'"),
                  EqualsText("kind: KIND_HYPERVISOR_GUEST technology: 'zvm' "
                             "evidence: '/proc/sysinfo control program'"),
                  EqualsText("kind: KIND_HYPERVISOR_GUEST technology: 'pr/sm' "
                             "evidence: '/proc/sysinfo'")));
}

TEST(Virtualization, TellsTheDomainThatControlsXenFromItsGuests) {
  FakeHost guest;
  guest.File("/proc/cpuinfo", kGuestFlag).File("/proc/xen/capabilities", "");
  EXPECT_THAT(LayersOf(guest.fs()),
              ElementsAre(EqualsText(
                  "kind: KIND_HYPERVISOR_GUEST technology: 'xen' "
                  "evidence: '/proc/xen' evidence: 'cpuid hypervisor flag'")));
  FakeHost control;
  control.File("/proc/cpuinfo", kGuestFlag);
  control.File("/proc/xen/capabilities", "control_d\n");
  control.File("/sys/hypervisor/type", "xen\n");
  EXPECT_THAT(
      LayersOf(control.fs()),
      ElementsAre(EqualsText("kind: KIND_HYPERVISOR_HOST technology: 'xen' "
                             "evidence: '/proc/xen/capabilities'")));
}

TEST(Virtualization, ReadsTheDeviceTree) {
  FakeHost kvm;
  kvm.File("/proc/device-tree/hypervisor/compatible",
           absl::string_view("linux,kvm\0", 10));
  EXPECT_THAT(
      LayersOf(kvm.fs()),
      ElementsAre(EqualsText("kind: KIND_HYPERVISOR_GUEST technology: 'kvm' "
                             "evidence: 'device tree node hypervisor'")));
  FakeHost partition;
  partition.File("/proc/device-tree/compatible",
                 absl::string_view("IBM,9080-HEX\0", 13));
  partition.File("/proc/device-tree/ibm,partition-name", "lp1");
  partition.File("/proc/device-tree/hmc-managed?", "");
  EXPECT_THAT(
      LayersOf(partition.fs()),
      ElementsAre(EqualsText("kind: KIND_HYPERVISOR_GUEST technology: 'phyp' "
                             "evidence: 'device tree ibm,partition-name'")));
}

TEST(Virtualization, FindsContainersWithoutNamingThem) {
  FakeHost host;
  host.File("/proc/1/cgroup",
            "12:pids:/kubepods/burstable/pod1234/5678\n0::/\n");
  host.File("/run/systemd/container", "lxc\n");
  EXPECT_THAT(LayersOf(host.fs()),
              UnorderedElementsAre(
                  EqualsText("kind: KIND_CONTAINER technology: 'kubernetes' "
                             "evidence: '/proc/1/cgroup'"),
                  EqualsText("kind: KIND_CONTAINER technology: 'lxc' "
                             "evidence: '/run/systemd/container'")));
}

TEST(Virtualization, IgnoresAContainerManagerThatIsNoName) {
  FakeHost host;
  host.File("/run/systemd/container", "<script>\n");
  EXPECT_THAT(LayersOf(host.fs()), IsEmpty());
}

// Environments hold secrets; the usual way to find a container reads one.
TEST(Virtualization, NeverReadsAnEnvironment) {
  FakeHost host;
  host.File("/proc/1/environ", absl::string_view("container=lxc\0", 14));
  EXPECT_THAT(LayersOf(host.fs()), IsEmpty());
}

TEST(HypervisorName, IsTheUsualOne) {
  EXPECT_EQ(HypervisorName("kvm"), "KVM");
  EXPECT_EQ(HypervisorName("virtualbox"), "Oracle");
  EXPECT_EQ(HypervisorName("zvm"), "IBM");
  EXPECT_EQ(HypervisorName("bhyve"), "bhyve");
}

}  // namespace
}  // namespace rollcall
