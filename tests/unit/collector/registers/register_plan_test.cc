#include "collector/registers/register_plan.h"

#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::IsEmpty;

v1::ExpectedDevice Device(const std::string& tag, const std::string& serial) {
  v1::ExpectedDevice device;
  device.set_asset_tag(tag);
  device.set_serial_number(serial);
  return device;
}

v1::ExpectedDevice Stored(v1::ExpectedDevice device) {
  device.set_register_("assets");
  device.set_change_set_id("00112233445566778899aabbccddeeff");
  device.set_source_line(9);
  device.mutable_known_time()->set_seconds(1);
  return device;
}

BadRegisterLine Bad(const std::string& tag) {
  BadRegisterLine line;
  line.asset_tag = tag;
  return line;
}

TEST(PlanRegister, TellsAddedChangedUnchangedAndRemoved) {
  ExpectedDeviceFile file;
  file.good = {Device("A-1", "S1"), Device("A-2", "S2"), Device("A-3", "S3")};
  const std::vector<v1::ExpectedDevice> current = {Stored(Device("A-1", "S1")),
                                                   Stored(Device("A-2", "old")),
                                                   Stored(Device("A-4", "S4"))};
  const RegisterPlan plan = PlanRegister(file, current);
  EXPECT_EQ(plan.unchanged_count, 1);
  EXPECT_EQ(plan.changed_count, 1);
  EXPECT_EQ(plan.added_count, 1);
  EXPECT_THAT(plan.states, ElementsAre(EqualsProto(file.good[1]),
                                       EqualsProto(file.good[2])));
  EXPECT_THAT(plan.removed, ElementsAre(EqualsProto(current[2])));
}

TEST(PlanRegister, KnowsADeviceWhateverTheCaseOfItsTag) {
  ExpectedDeviceFile file;
  file.good = {Device("a-1", "S1")};
  const std::vector<v1::ExpectedDevice> current = {Stored(Device("A-1", "S1"))};
  const RegisterPlan plan = PlanRegister(file, current);
  EXPECT_EQ(plan.changed_count, 1);
  EXPECT_THAT(plan.removed, IsEmpty());
}

TEST(PlanRegister, LeavesADeviceAloneThatABadLineNames) {
  ExpectedDeviceFile file;
  file.good = {Device("A-1", "S1")};
  file.bad = {Bad("a-2")};
  const std::vector<v1::ExpectedDevice> current = {Stored(Device("A-2", "S2")),
                                                   Stored(Device("A-3", "S3"))};
  EXPECT_THAT(PlanRegister(file, current).removed,
              ElementsAre(EqualsProto(current[1])));
}

TEST(PlanRegister, RemovesNothingWhileABadLineCouldBeAnyDevice) {
  ExpectedDeviceFile file;
  file.good = {Device("A-1", "S1")};
  file.bad = {Bad("a-2"), Bad("")};
  const std::vector<v1::ExpectedDevice> current = {Stored(Device("A-3", "S3"))};
  EXPECT_THAT(PlanRegister(file, current).removed, IsEmpty());
}

}  // namespace
}  // namespace rollcall::collector
