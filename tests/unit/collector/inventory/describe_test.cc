#include "collector/inventory/describe.h"

#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Device Describe(const std::vector<std::string>& rows_as_text) {
  std::vector<v1::Row> rows;
  rows.reserve(rows_as_text.size());
  for (const std::string& text : rows_as_text) {
    rows.push_back(FromText<v1::Row>(text));
  }
  v1::Device device;
  DescribeRows(rows, device);
  return device;
}

TEST(DescribeRows, PutsTogetherWhatTheRowsSay) {
  EXPECT_THAT(
      Describe({"os_release { id: 'debian' pretty_name: 'Debian 12' }",
                "os_instance { hostname: 'alpha' }",
                "system_model { manufacturer: 'Dell' product_name: 'R630' }",
                "system_identity { serial_number: 'S1' uuid: 'u-1' }",
                "cpu_topology { sockets: 2 }",
                "memory_capacity { usable_bytes: 1024 }",
                "virtualization_layer { kind: KIND_CONTAINER }",
                "virtualization_layer { kind: KIND_HYPERVISOR_GUEST }"}),
      EqualsText(R"pb(
        os: "Debian 12"
        hostname: "alpha"
        manufacturer: "Dell"
        model: "R630"
        serial_number: "S1"
        system_uuid: "u-1"
        cpu { sockets: 2 }
        memory_bytes: 1024
        virtualization { kind: KIND_CONTAINER }
        virtualization { kind: KIND_HYPERVISOR_GUEST }
      )pb"));
}

TEST(DescribeRows, WhatNoRowSaysIsAbsent) {
  EXPECT_THAT(Describe({}), EqualsProto(v1::Device()));
  EXPECT_THAT(
      Describe({"os_release {}", "os_instance {}", "system_model {}",
                "system_identity {}", "memory_capacity {}",
                "network_interface {}", "network_interface_identity {}"}),
      EqualsProto(v1::Device()));
}

TEST(DescribeRows, ASystemWithoutANameForPeopleIsCalledByItsId) {
  EXPECT_EQ(Describe({"os_release { id: 'arch' }"}).os(), "arch");
}

TEST(DescribeRows, RowsOfOtherKindsAreLeftOut) {
  EXPECT_THAT(Describe({"disk { name: 'sda' }", "software_package {}"}),
              EqualsProto(v1::Device()));
}

TEST(DescribeRows, OnlyPhysicalInterfacesGiveTheirAddresses) {
  const v1::Device device = Describe(
      {"network_interface { name: 'eth0' physical: true }",
       "network_interface { name: 'docker0' physical: false }",
       "network_interface_identity { name: 'eth0' mac: '02:00:00:00:00:01' }",
       "network_interface_identity { name: 'docker0' mac: 'virtual' }",
       "network_interface_identity { name: 'unknown' mac: 'other' }"});
  EXPECT_THAT(device.macs(), ElementsAre("02:00:00:00:00:01"));
}

TEST(DescribeRows, WhereNoInterfaceIsPhysicalAllGiveTheirAddresses) {
  const v1::Device device =
      Describe({"network_interface { name: 'eth0' physical: false }",
                "network_interface_identity { name: 'eth0' mac: 'b' }",
                "network_interface_identity { name: 'eth1' mac: 'a' }"});
  EXPECT_THAT(device.macs(), ElementsAre("a", "b"));
}

TEST(DescribeRows, ThePermanentAddressGoesBeforeTheOneInUse) {
  const v1::Device device = Describe(
      {"network_interface_identity { name: 'e' permanent_mac: 'p' mac: 'm' }"});
  EXPECT_THAT(device.macs(), ElementsAre("p"));
}

TEST(DescribeRows, AnAddressThatTwoInterfacesShareIsOne) {
  const v1::Device device =
      Describe({"network_interface { name: 'a' physical: true }",
                "network_interface { name: 'b' physical: true }",
                "network_interface_identity { name: 'a' mac: 'm' }",
                "network_interface_identity { name: 'b' mac: 'm' }"});
  EXPECT_THAT(device.macs(), ElementsAre("m"));
}

TEST(DescribeRows, APhysicalInterfaceWithoutAnAddressGivesNone) {
  EXPECT_THAT(Describe({"network_interface { name: 'a' physical: true }",
                        "network_interface_identity { name: 'a' mac: '' }"})
                  .macs(),
              IsEmpty());
}

}  // namespace
}  // namespace rollcall::collector
