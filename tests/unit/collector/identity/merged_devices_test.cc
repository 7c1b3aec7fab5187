// What is told of a device that has no subjects any more.
#include "collector/identity/merged_devices.h"

#include "absl/strings/ascii.h"
#include "collector/identity/device_moves.h"
#include "tests/unit/collector/identity/identity_world.h"
#include "tests/unit/collector/identity/machines.h"

namespace rollcall::collector {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class MergedDevicesTest : public ::testing::Test, protected IdentityWorld {
 protected:
  void SetUp() override {
    for (int i = 0; i < 3; ++i) {
      agents_.push_back(NewAgent());
      SayHello(agents_.back(), Laptop(i));
      devices_.push_back(DeviceOf(agents_.back()));
    }
  }
  void Move(const FakeAgent& agent, DeviceId to) {
    clock_.Advance(absl::Hours(1));
    const SubjectMove move = {SubjectOf(agent), DeviceOf(agent), to};
    Write([&](KnownStamp stamp, const Reader& reader,
              Writes& writes) -> absl::Status {
      ROLLCALL_ASSIGN_OR_RETURN(auto link, ReadLink(reader, move.subject));
      link.set_device_id(to.ToBytes());
      kSubjectLinkTable.Put(writes.head, {move.subject}, link);
      PutMoves({v1::IdentityEvent::KIND_MERGE, "ada", {"one"}, {move}}, stamp,
               0, writes.head);
      return absl::OkStatus();
    });
  }
  std::optional<MergedDevice> Find(const std::string& text,
                                   KnownStamp as_of = KnownStamp::Max()) {
    const auto found = FindMerged(engine_, text, as_of);
    EXPECT_OK(found);
    return found.value_or(std::nullopt);
  }

  std::vector<FakeAgent> agents_;
  std::vector<DeviceId> devices_;
};

TEST_F(MergedDevicesTest, ItIsFoundByItsIdAndItsFirstDigits) {
  Move(agents_[1], devices_[0]);
  const std::string id = devices_[1].ToHex();
  for (const std::string& text :
       {id, absl::AsciiStrToUpper(id), id.substr(0, 12), id.substr(0, 7)}) {
    const auto merged = Find(text);
    ASSERT_TRUE(merged.has_value()) << text;
    EXPECT_EQ(merged->device, devices_[1]);
    EXPECT_EQ(merged->into, devices_[0]);
    EXPECT_EQ(merged->time, clock_.Now());
  }
}

TEST_F(MergedDevicesTest, OneThatWasMergedTwiceIsWhereItsSubjectIsNow) {
  Move(agents_[2], devices_[1]);
  const absl::Time merged = clock_.Now();
  Move(agents_[2], devices_[0]);
  const auto found = Find(devices_[2].ToHex());
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->into, devices_[0]);
  EXPECT_EQ(found->time, merged);
  EXPECT_THAT(MergedText(*found),
              AllOf(HasSubstr("device " + devices_[2].ToHex() + " was merged"),
                    HasSubstr("part of device " + devices_[0].ToHex()),
                    HasSubstr("`rollcall device identity " +
                              devices_[0].ToHex() + "`")));
}

TEST_F(MergedDevicesTest, WhatWasNotMergedIsNotFound) {
  const KnownStamp before = Now();
  Move(agents_[1], devices_[0]);
  EXPECT_FALSE(Find(devices_[1].ToHex(), before).has_value());
  EXPECT_FALSE(Find(devices_[0].ToHex()).has_value());
  for (const std::string& text :
       {std::string(), std::string("laptop-1"), std::string(32, 'a'),
        devices_[1].ToHex().substr(0, 3), devices_[1].ToHex() + "0"}) {
    EXPECT_FALSE(Find(text).has_value()) << text;
  }
  Move(agents_[1], devices_[1]);
  EXPECT_FALSE(Find(devices_[1].ToHex()).has_value());
}

}  // namespace
}  // namespace rollcall::collector
