#include "agent/sources/link_names.h"
#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/support/proto_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::FakeHostProbe;
using ::rollcall::testing::FaultyHostFs;
using ::rollcall::testing::RunSource;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

TEST(Mac, IsSixBytesOfOneStation) {
  EXPECT_THAT(ParseMac("00:11:22:AA:bb:cc\n"),
              Optional(Eq("00:11:22:aa:bb:cc")));
  for (const char* text :
       {"", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01",
        "00:11:22:aa:bb", "00-11-22-aa-bb-cc", "00:11:22:aa:bb:cg",
        "80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:0a:0b:0c"}) {
    EXPECT_EQ(ParseMac(text), std::nullopt) << text;
  }
}

TEST(Mac, SaysWhetherItWasMadeUpLocally) {
  EXPECT_TRUE(IsLocallyAdministered("02:42:ac:11:00:02"));
  EXPECT_TRUE(IsLocallyAdministered("52:54:00:12:34:56"));
  EXPECT_FALSE(IsLocallyAdministered("00:1b:21:12:34:56"));
}

// A network card of the driver e1000e.
void AddCard(FakeHost* host, const std::string& name, const std::string& mac,
             const std::string& origin) {
  const std::string path = "/sys/class/net/" + name;
  host->File(path + "/type", "1\n").File(path + "/address", mac + "\n");
  host->File(path + "/addr_assign_type", origin + "\n");
  host->Link(path + "/device/driver", "../../../bus/pci/drivers/e1000e");
}

void AddVirtual(FakeHost* host, const std::string& name) {
  const std::string path = "/sys/class/net/" + name;
  host->File(path + "/type", "1\n");
  host->File(path + "/address", "02:42:00:00:00:01\n");
  host->File(path + "/addr_assign_type", "0\n");
}

TEST(NetworkSource, StatesACardWithItsAddressApart) {
  FakeHost host;
  AddCard(&host, "eno1", "00:1b:21:12:34:56", "0");
  const auto result = RunSource("hardware.network", host.fs());
  EXPECT_THAT(
      result.rows,
      UnorderedElementsAre(
          EqualsText("network_interface { name: 'eno1' kind: 'ethernet' "
                     "driver: 'e1000e' physical: true }"),
          EqualsText("network_interface_identity { name: 'eno1' "
                     "permanent_mac: '00:1b:21:12:34:56' "
                     "mac: '00:1b:21:12:34:56' }")));
  EXPECT_THAT(result.evidence.permanent_macs(),
              ElementsAre("00:1b:21:12:34:56"));
}

TEST(NetworkSource, LeavesOutLoopbackAndWhatComesAndGoes) {
  FakeHost host;
  host.File("/sys/class/net/lo/type", "772\n");
  host.File("/sys/class/net/bonding_masters", "bond0\n");
  for (const char* name : {"veth12ab", "vnet0", "tap0", "cali1", "tun0"}) {
    AddVirtual(&host, name);
  }
  EXPECT_THAT(RunSource("hardware.network", host.fs()).rows, IsEmpty());
}

TEST(NetworkSource, GivesVirtualInterfacesNoIdentity) {
  FakeHost host;
  AddVirtual(&host, "docker0");
  host.Folder("/sys/class/net/docker0/bridge");
  AddVirtual(&host, "vlan5");
  host.File("/sys/class/net/vlan5/uevent", "DEVTYPE=vlan\nINTERFACE=vlan5\n");
  const auto result = RunSource("hardware.network", host.fs());
  EXPECT_THAT(
      result.rows,
      UnorderedElementsAre(
          EqualsText("network_interface { name: 'docker0' kind: 'bridge' "
                     "physical: false }"),
          EqualsText("network_interface { name: 'vlan5' kind: 'vlan' "
                     "physical: false }")));
  EXPECT_THAT(result.evidence.permanent_macs(), IsEmpty());
}

TEST(NetworkSource, DoesNotTakeARandomAddressForIdentity) {
  FakeHost host;
  // 1: random; 3: set, here to one made up for privacy.
  AddCard(&host, "eth0", "0a:11:22:33:44:55", "1");
  AddCard(&host, "wlan0", "0a:11:22:33:44:66", "3");
  host.Folder("/sys/class/net/wlan0/phy80211");
  const auto result = RunSource("hardware.network", host.fs());
  EXPECT_THAT(
      result.rows,
      UnorderedElementsAre(
          EqualsText("network_interface { name: 'eth0' kind: 'ethernet' "
                     "driver: 'e1000e' physical: true }"),
          EqualsText("network_interface { name: 'wlan0' kind: 'wlan' "
                     "driver: 'e1000e' physical: true }")));
  EXPECT_THAT(result.evidence.permanent_macs(), IsEmpty());
}

TEST(NetworkSource, AsksTheKernelOfALiveMachineForPermanentAddresses) {
  FakeHost host;
  AddCard(&host, "wlan0", "0a:11:22:33:44:66", "3");
  FaultyHostFs live(host.fs());
  live.PassForLive();
  FakeHostProbe probe;
  probe.addresses = std::map<std::string, std::string>{
      {"wlan0", "00:1b:21:00:00:01"}, {"other", "00:1b:21:00:00:02"}};
  EXPECT_THAT(
      RunSource("hardware.network", live, &probe).evidence.permanent_macs(),
      ElementsAre("00:1b:21:00:00:01"));
}

TEST(NetworkSource, FindsTheAddressOfABondsMember) {
  FakeHost host;
  // 2: taken over from another interface.
  AddCard(&host, "eno2", "00:1b:21:00:00:01", "2");
  host.File("/sys/class/net/eno2/bonding_slave/perm_hwaddr",
            "00:1b:21:00:00:02\n");
  EXPECT_THAT(
      RunSource("hardware.network", host.fs()).evidence.permanent_macs(),
      ElementsAre("00:1b:21:00:00:02"));
}

TEST(NetworkSource, SaysThatTheKernelDidNotAnswer) {
  FakeHost host;
  AddCard(&host, "eno1", "00:1b:21:12:34:56", "0");
  FaultyHostFs live(host.fs());
  live.PassForLive();
  FakeHostProbe probe;
  probe.addresses = absl::UnavailableError("rtnetlink: cannot ask (error 1)");
  const auto result = RunSource("hardware.network", live, &probe);
  EXPECT_THAT(result.statuses.at("hardware.network"), EqualsText(R"pb(
                source: "hardware.network"
                outcome: OUTCOME_PARTIAL
                notes: "rtnetlink: cannot ask (error 1)"
              )pb"));
  EXPECT_THAT(result.evidence.permanent_macs(),
              ElementsAre("00:1b:21:12:34:56"));
}

}  // namespace
}  // namespace rollcall
