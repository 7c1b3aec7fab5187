#include "collector/presence/undiscovered_rules.h"

#include "common/proto_time.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Row = v1::UndiscoveredDevice;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);
constexpr absl::Duration kStaleAfter = absl::Hours(24 * 60);

v1::ExpectedDevice Line(const std::string& tag, const std::string& serial,
                        const std::string& status = "deployed",
                        const std::string& register_name = "assets") {
  v1::ExpectedDevice line;
  line.set_register_(register_name);
  line.set_asset_tag(tag);
  if (!serial.empty()) line.set_serial_number(serial);
  if (!status.empty()) line.set_status(status);
  *line.mutable_status_known_time() = ToProto(kNow - absl::Hours(48));
  return line;
}

// Last heard of an hour ago, or `silent_days` ago.
DiscoveredDevice Device(const std::string& id, const std::string& serial,
                        int silent_days = 0) {
  DiscoveredDevice device;
  device.facts.set_device_id(id);
  if (!serial.empty()) device.facts.set_serial_number(serial);
  device.silence = absl::Hours(24) * silent_days + absl::Hours(1);
  *device.facts.mutable_first_seen() = ToProto(kNow - absl::Hours(24 * 400));
  *device.facts.mutable_last_seen() = ToProto(kNow - device.silence);
  return device;
}

UndiscoveredList Find(const std::vector<v1::ExpectedDevice>& expected,
                      const std::vector<DiscoveredDevice>& discovered) {
  return FindUndiscovered(expected, discovered, kStaleAfter);
}

// The only row of a list.
Row OnlyRow(const UndiscoveredList& list) {
  EXPECT_THAT(list.devices, SizeIs(1));
  return list.devices.empty() ? Row() : list.devices[0];
}

TEST(Undiscovered, ListsNobodyWhereAllAnswer) {
  const auto list = Find({Line("A-1", "S10001")}, {Device("d1", "S10001")});
  EXPECT_THAT(list.devices, IsEmpty());
  EXPECT_EQ(list.matched_count, 1);
  EXPECT_EQ(list.expected_count, 1);
  EXPECT_EQ(list.discovered_count, 1);
}

TEST(Undiscovered, ListsWhoWasNeverSeen) {
  const auto list = Find({Line("A-1", "S10001")}, {});
  const Row row = OnlyRow(list);
  EXPECT_EQ(row.state(), Row::STATE_NEVER_SEEN);
  EXPECT_EQ(row.reason_code(), "NO_FIELD_MATCHES");
  EXPECT_EQ(row.reason(),
            "no agent ever spoke for A-1 of register \"assets\"; no device has "
            "serial \"S10001\"");
  EXPECT_THAT(row.evidence(),
              ElementsAre("serial \"S10001\": on no device and 1 line"));
  EXPECT_THAT(row.expected(), EqualsProto(Line("A-1", "S10001")));
  EXPECT_EQ(row.serial_number(), "S10001");
  EXPECT_FALSE(row.has_device_id());
  EXPECT_FALSE(row.has_last_seen());
  EXPECT_EQ(list.matched_count, 0);
}

TEST(Undiscovered, NamesTheSerialThatKeptTheNearestAway) {
  auto line = Line("A-1", "S10001");
  line.set_hostname("pc-1");
  auto device = Device("d1", "S10002");
  device.facts.set_hostname("pc-1");
  const auto list = Find({line}, {device});
  ASSERT_THAT(list.devices, SizeIs(2));
  const Row& never = list.devices[0];
  EXPECT_EQ(never.reason_code(), "SERIAL_DIFFERS");
  EXPECT_EQ(never.nearest().device_id(), "d1");
  EXPECT_THAT(never.nearest().agreeing_fields(), ElementsAre("hostname"));
  EXPECT_THAT(never.nearest().blocking_fields(), ElementsAre("serial"));
  EXPECT_EQ(never.reason(),
            "no agent ever spoke for A-1 of register \"assets\"; nearest is "
            "device d1 (\"pc-1\"), which agrees in hostname, but the device's "
            "serial is \"S10002\" and the register's \"S10001\"");
  const Row& not_owned = list.devices[1];
  EXPECT_EQ(not_owned.state(), Row::STATE_NOT_OWNED);
  EXPECT_EQ(not_owned.reason_code(), "SERIAL_DIFFERS");
  EXPECT_EQ(not_owned.nearest().asset_tag(), "A-1");
  EXPECT_THAT(not_owned.nearest().blocking_fields(), ElementsAre("serial"));
}

TEST(Undiscovered, NamesWhoTheNearestBelongsTo) {
  auto other = Line("A-2", "");
  other.set_hostname("pc-1");
  auto device = Device("d1", "S10001");
  device.facts.set_hostname("pc-1");
  const Row row = OnlyRow(Find({Line("A-1", "S10001"), other}, {device}));
  EXPECT_EQ(row.expected().asset_tag(), "A-2");
  EXPECT_EQ(row.reason_code(), "COUNTERPART_TAKEN");
  EXPECT_THAT(row.reason(),
              HasSubstr("but belongs to A-1 of register \"assets\""));
  EXPECT_THAT(row.nearest().blocking_fields(), IsEmpty());
}

TEST(Undiscovered, SaysThatValuesAreTooCommon) {
  std::vector<DiscoveredDevice> devices;
  std::vector<v1::ExpectedDevice> lines = {Line("A-0", "123456789")};
  for (int i = 0; i < 7; ++i) {
    const std::string host = absl::StrCat("pc-", i);
    devices.push_back(Device(absl::StrCat("d", i), "123456789"));
    devices.back().facts.set_hostname(host);
    lines.push_back(Line(absl::StrCat("B-", i), ""));
    lines.back().set_hostname(host);
  }
  const Row row = OnlyRow(Find(lines, devices));
  EXPECT_EQ(row.reason_code(), "VALUES_TOO_COMMON");
  EXPECT_THAT(row.evidence(),
              ElementsAre("serial \"123456789\": on 7 devices and 1 line, too "
                          "many to tell which"));
}

TEST(Undiscovered, ListsAnAgentThatHasBeenSilentTooLong) {
  const auto list = Find({Line("A-1", "S10001")}, {Device("d1", "S10001", 60)});
  const Row row = OnlyRow(list);
  EXPECT_EQ(row.state(), Row::STATE_AGENT_STALE);
  EXPECT_EQ(row.reason_code(), "SILENT_TOO_LONG");
  EXPECT_EQ(row.reason(),
            "its agent has been silent for 60 days in which the collector was "
            "there (60 allowed); last heard of on 2025-12-04 01:40Z");
  EXPECT_EQ(row.device_id(), "d1");
  EXPECT_EQ(row.expected().asset_tag(), "A-1");
  EXPECT_THAT(row.evidence(),
              ElementsAre("serial agrees: register \"S10001\", device "
                          "\"S10001\""));
  EXPECT_EQ(list.matched_count, 0);
}

TEST(Undiscovered, SilenceCountsFromTheLimitOn) {
  auto device = Device("d1", "S10001");
  device.silence = kStaleAfter - absl::Seconds(1);
  EXPECT_THAT(Find({Line("A-1", "S10001")}, {device}).devices, IsEmpty());
  device.silence = kStaleAfter;
  EXPECT_THAT(Find({Line("A-1", "S10001")}, {device}).devices, SizeIs(1));
}

TEST(Undiscovered, ListsADeviceThatNobodyOwns) {
  const Row row = OnlyRow(
      Find({Line("A-1", "S10001", "ordered")}, {Device("d1", "S10002")}));
  EXPECT_EQ(row.state(), Row::STATE_NOT_OWNED);
  EXPECT_EQ(row.reason_code(), "NO_LINE_MATCHES");
  EXPECT_EQ(
      row.reason(),
      "an agent speaks for it, last on 2026-02-02 01:40Z; no register has "
      "serial \"S10002\"");
  EXPECT_FALSE(row.has_expected());
  EXPECT_EQ(row.device_id(), "d1");
  EXPECT_TRUE(row.has_first_seen());
}

TEST(Undiscovered, SaysThatThereIsNoRegister) {
  EXPECT_EQ(OnlyRow(Find({}, {Device("d1", "S10002")})).reason_code(),
            "NO_REGISTER");
}

TEST(Undiscovered, ASilentDeviceThatNobodyOwnsIsStale) {
  const Row row = OnlyRow(Find({}, {Device("d1", "S10001", 90)}));
  EXPECT_EQ(row.state(), Row::STATE_AGENT_STALE);
  EXPECT_EQ(row.reason_code(), "SILENT_AND_NOT_OWNED");
}

TEST(Undiscovered, NamesAllCandidatesOfAnAmbiguousLine) {
  const auto list = Find({Line("A-1", "S10001")},
                         {Device("d1", "S10001"), Device("d2", "S10001")});
  const Row row = OnlyRow(list);
  EXPECT_EQ(row.state(), Row::STATE_AMBIGUOUS);
  EXPECT_EQ(row.reason_code(), "SEVERAL_DEVICES_FIT");
  EXPECT_EQ(
      row.reason(),
      "A-1 of register \"assets\" fits several devices: device d1, device "
      "d2");
  EXPECT_THAT(row.evidence(), ElementsAre("device d1 agrees in serial",
                                          "device d2 agrees in serial"));
}

TEST(Undiscovered, NamesTheLinesThatFitOneDevice) {
  const auto list = Find({Line("A-1", "S10001"), Line("A-2", "S10001")},
                         {Device("d1", "S10001")});
  ASSERT_THAT(list.devices, SizeIs(2));
  EXPECT_EQ(list.devices[0].reason_code(), "SEVERAL_LINES_FIT");
  EXPECT_EQ(list.devices[0].reason(),
            "device d1 fits A-1 of register \"assets\" and also A-2");
}

TEST(Undiscovered, SaysThatAValueIsSharedWhereOnlyOneIsLeft) {
  auto other = Line("A-2", "");
  other.set_hostname("pc-1");
  auto first = Device("d1", "S10001");
  first.facts.set_hostname("pc-1");
  const Row row = OnlyRow(
      Find({Line("A-1", "S10001"), other}, {first, Device("d2", "S10001")}));
  EXPECT_EQ(row.reason_code(), "VALUE_SHARED");
  EXPECT_EQ(row.nearest().device_id(), "d2");
}

// What becomes of a line with a status, by what is heard of its device.
struct StatusCase {
  std::string status;
  // The state of its row, or STATE_UNSPECIFIED for none.
  Row::State never_seen;
  Row::State silent;
  Row::State speaking;
};

class StatusTest : public ::testing::TestWithParam<StatusCase> {};

Row::State StateOf(const UndiscoveredList& list) {
  EXPECT_LE(list.devices.size(), 1u);
  return list.devices.empty() ? Row::STATE_UNSPECIFIED
                              : list.devices[0].state();
}

TEST_P(StatusTest, DecidesWhatIsAFinding) {
  const auto& param = GetParam();
  const auto line = Line("A-1", "S10001", param.status);
  EXPECT_EQ(StateOf(Find({line}, {})), param.never_seen);
  EXPECT_EQ(StateOf(Find({line}, {Device("d1", "S10001", 90)})), param.silent);
  EXPECT_EQ(StateOf(Find({line}, {Device("d1", "S10001")})), param.speaking);
}

INSTANTIATE_TEST_SUITE_P(
    All, StatusTest,
    ::testing::Values(
        StatusCase{"", Row::STATE_NEVER_SEEN, Row::STATE_AGENT_STALE,
                   Row::STATE_UNSPECIFIED},
        StatusCase{"deployed", Row::STATE_NEVER_SEEN, Row::STATE_AGENT_STALE,
                   Row::STATE_UNSPECIFIED},
        StatusCase{"repair", Row::STATE_NEVER_SEEN, Row::STATE_UNSPECIFIED,
                   Row::STATE_UNSPECIFIED},
        StatusCase{"ordered", Row::STATE_UNSPECIFIED, Row::STATE_UNSPECIFIED,
                   Row::STATE_UNSPECIFIED},
        StatusCase{"in-stock", Row::STATE_UNSPECIFIED, Row::STATE_UNSPECIFIED,
                   Row::STATE_UNSPECIFIED},
        StatusCase{"disposed", Row::STATE_UNSPECIFIED, Row::STATE_UNSPECIFIED,
                   Row::STATE_SHOULD_BE_GONE},
        StatusCase{"lost", Row::STATE_UNSPECIFIED, Row::STATE_UNSPECIFIED,
                   Row::STATE_SHOULD_BE_GONE},
        StatusCase{"stolen", Row::STATE_UNSPECIFIED, Row::STATE_UNSPECIFIED,
                   Row::STATE_SHOULD_BE_GONE}));

TEST(Undiscovered, SaysSinceWhenADeviceShouldBeGone) {
  const Row row = OnlyRow(
      Find({Line("A-1", "S10001", "stolen")}, {Device("d1", "S10001")}));
  EXPECT_EQ(row.reason_code(), "STOLEN_BUT_SPEAKS");
  EXPECT_EQ(row.reason(),
            "A-1 of register \"assets\" is stolen, known since 2026-01-31 "
            "02:40Z, and an agent spoke for it on 2026-02-02 01:40Z");
}

TEST(Undiscovered, AGoneDeviceThatWasHeardOfOnlyBeforeIsNoFinding) {
  const auto list =
      Find({Line("A-1", "S10001", "disposed")}, {Device("d1", "S10001", 3)});
  EXPECT_THAT(list.devices, IsEmpty());
  EXPECT_EQ(list.matched_count, 1);
}

TEST(Undiscovered, RegistersDoNotRivalEachOther) {
  const auto list =
      Find({Line("A-1", "S10001"), Line("M-1", "S10001", "deployed", "mdm")},
           {Device("d1", "S10001")});
  EXPECT_THAT(list.devices, IsEmpty());
  EXPECT_EQ(list.matched_count, 2);
}

TEST(Undiscovered, ADeviceOfTwoRegistersIsStaleOnce) {
  const auto list =
      Find({Line("A-1", "S10001"), Line("M-1", "S10001", "deployed", "mdm")},
           {Device("d1", "S10001", 90)});
  EXPECT_EQ(OnlyRow(list).expected().asset_tag(), "A-1");
}

TEST(Undiscovered, ADeviceThatOneRegisterExpectsIsOwned) {
  const auto list = Find({Line("A-1", "S10009", "ordered"),
                          Line("M-1", "S10001", "deployed", "mdm")},
                         {Device("d1", "S10001")});
  EXPECT_THAT(list.devices, IsEmpty());
}

TEST(Undiscovered, IsOrderedByStateRegisterTagAndDevice) {
  const auto list = Find({Line("b-1", "S10001"), Line("A-2", "S10002"),
                          Line("A-1", "S10003", "deployed", "mdm")},
                         {Device("d2", "S20001"), Device("d1", "S20002"),
                          Device("d3", "S20003", 90)});
  std::vector<std::string> order;
  for (const Row& row : list.devices) {
    order.push_back(
        absl::StrCat(row.state(), row.expected().asset_tag(), row.device_id()));
  }
  EXPECT_THAT(order, ElementsAre("1A-2", "1b-1", "1A-1", "2d3", "3d1", "3d2"));
}

}  // namespace
}  // namespace rollcall::collector
