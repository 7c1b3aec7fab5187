#include "agent/state/binding_record.h"

#include "common/file.h"
#include "tests/support/fake_random.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class BindingRecordTest : public ::testing::Test {
 protected:
  static HostParts Host() {
    HostParts host;
    host.machine_id = "machine";
    host.system_uuid = "4C4C4544-0039";
    host.disks = {"eui.1"};
    host.macs = {"00:11:22:33:44:55", "dock"};
    host.root_fs = "root";
    return host;
  }
  BindingComparison CompareWith(const HostParts& now) const {
    return CompareBinding(Rebind(std::nullopt, agent_, Host()), agent_, now);
  }

  FakeRandom random_;
  const AgentId agent_ = AgentId::Generate(random_);
};

TEST_F(BindingRecordTest, AHostIsItself) {
  const BindingComparison comparison = CompareWith(Host());
  EXPECT_THAT(comparison.changed, IsEmpty());
  EXPECT_THAT(comparison.same,
              ElementsAre("machine id", "system UUID", "disks", "MAC addresses",
                          "root file system"));
  EXPECT_FALSE(comparison.IsAnotherHost());
}

TEST_F(BindingRecordTest, OnePartThatChangedIsARepair) {
  HostParts disk = Host();
  disk.disks = {"eui.2"};
  disk.root_fs = "other";
  EXPECT_THAT(CompareWith(disk).changed,
              ElementsAre("disks", "root file system"));
  EXPECT_FALSE(CompareWith(disk).IsAnotherHost());
  HostParts renamed = Host();
  renamed.machine_id = "reset";
  EXPECT_FALSE(CompareWith(renamed).IsAnotherHost());
}

TEST_F(BindingRecordTest, AClonedGuestIsAnotherHost) {
  HostParts clone = Host();
  clone.system_uuid = "4c4c4544-ffff";
  clone.macs = {"66:77:88:99:aa:bb"};
  const BindingComparison comparison = CompareWith(clone);
  EXPECT_TRUE(comparison.IsAnotherHost());
  EXPECT_THAT(comparison.changed,
              UnorderedElementsAre("system UUID", "MAC addresses"));
}

TEST_F(BindingRecordTest, ADockThatIsGoneChangesNothing) {
  HostParts undocked = Host();
  undocked.macs = {"00:11:22:33:44:55"};
  EXPECT_THAT(CompareWith(undocked).changed, IsEmpty());
}

TEST_F(BindingRecordTest, WhatCannotBeReadIsNoChange) {
  HostParts blind;
  blind.machine_id = " Machine\n";
  const BindingComparison comparison = CompareWith(blind);
  EXPECT_THAT(comparison.changed, IsEmpty());
  EXPECT_THAT(comparison.same, ElementsAre("machine id"));
}

TEST_F(BindingRecordTest, ARecordOfAnotherKeySaysNothing) {
  const auto record = Rebind(std::nullopt, AgentId::Generate(random_), Host());
  HostParts other = Host();
  other.machine_id = other.system_uuid = "x";
  EXPECT_FALSE(CompareBinding(record, agent_, other).IsAnotherHost());
  EXPECT_THAT(Rebind(record, agent_, HostParts()).parts(), IsEmpty());
}

TEST_F(BindingRecordTest, WhatIsNotKnownNowStaysAsItWasKnown) {
  const auto before = Rebind(std::nullopt, agent_, Host());
  HostParts blind;
  blind.machine_id = "new";
  const auto after = Rebind(before, agent_, blind);
  EXPECT_EQ(after.parts_size(), before.parts_size());
  EXPECT_THAT(CompareBinding(after, agent_, Host()).changed,
              ElementsAre("machine id"));
}

TEST_F(BindingRecordTest, ChangesOneByOneAreRepairsIfEachIsKept) {
  auto record = Rebind(std::nullopt, agent_, Host());
  HostParts host = Host();
  host.disks = {"eui.2"};
  record = Rebind(record, agent_, host);
  host.system_uuid = "4c4c4544-1111";
  EXPECT_FALSE(CompareBinding(record, agent_, host).IsAnotherHost());
}

TEST_F(BindingRecordTest, NoValueCanBeReadInTheRecord) {
  const std::string bytes =
      Rebind(std::nullopt, agent_, Host()).SerializeAsString();
  EXPECT_THAT(bytes, Not(HasSubstr("machine")));
  EXPECT_THAT(bytes, Not(HasSubstr("eui")));
}

TEST_F(BindingRecordTest, IsKeptInTheStateFolder) {
  const TempDir folder;
  ASSERT_OK_AND_ASSIGN(const auto none, LoadBinding(folder.path()));
  EXPECT_FALSE(none.has_value());
  const auto record = Rebind(std::nullopt, agent_, Host());
  ASSERT_OK(KeepBinding(folder.path(), record));
  ASSERT_OK_AND_ASSIGN(const auto kept, LoadBinding(folder.path()));
  ASSERT_TRUE(kept.has_value());
  EXPECT_THAT(*kept, EqualsProto(record));
}

TEST_F(BindingRecordTest, ADamagedFileIsMadeAnew) {
  const TempDir folder;
  ASSERT_OK(WriteFileAtomically(folder.path() + "/agent-binding.pb",
                                "\xff\xff\xff", 0600));
  ASSERT_OK_AND_ASSIGN(const auto kept, LoadBinding(folder.path()));
  EXPECT_FALSE(kept.has_value());
}

}  // namespace
}  // namespace rollcall::agent
