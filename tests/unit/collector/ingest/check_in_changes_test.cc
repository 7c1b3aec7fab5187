// Small differences on check-ins, and deltas against what was acknowledged.
#include <algorithm>

#include "agent/uplink/section_changes.h"
#include "tests/unit/collector/ingest/sync_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::Le;
using ::testing::SizeIs;

class CheckInChangesTest : public SyncTest {
 protected:
  // A check-in that brings `changes` and claims to make `facts` of them.
  static v1::AgentMessage CheckIn(
      const agent::Facts& facts,
      const std::vector<v1::SectionChange>& changes) {
    v1::AgentMessage message;
    v1::CheckIn& check_in = *message.mutable_check_in();
    check_in.set_sequence(1);
    check_in.set_subject_root(facts.subject_root.ToBytes());
    check_in.mutable_changes()->Assign(changes.begin(), changes.end());
    return message;
  }

  const agent::Facts before_ = MakeFacts(Packages(1'000));
};

TEST_F(CheckInChangesTest, OneUpgradedPackageIsOneSmallMessage) {
  Wire wire(*deps_, agent_);
  agent::Conversation conversation(wire);
  ASSERT_OK(conversation.Begin(before_, 0));
  const size_t said = wire.said().size();
  const auto upgraded = MakeFacts(Packages(1'000, 2));
  ASSERT_OK(conversation.CheckIn(upgraded, v1::Vitals()));
  EXPECT_THAT(wire.said(), SizeIs(said + 1));
  EXPECT_THAT(wire.said().back().ByteSizeLong(), Le(256u));
  EXPECT_EQ(StoredRows(agent_), RowsOf(upgraded));
  EXPECT_EQ(stats_.changes_taken, 1);
}

TEST_F(CheckInChangesTest, AnUnchangedCheckInIsAtMost64Bytes) {
  Wire wire(*deps_, agent_);
  agent::Conversation conversation(wire);
  ASSERT_OK(conversation.Begin(before_, 0));
  v1::Vitals vitals;
  vitals.set_uptime_seconds(31'536'000);
  vitals.set_memory_available_bytes(int64_t{1} << 40);
  ASSERT_OK(conversation.CheckIn(before_, vitals));
  EXPECT_THAT(wire.said().back().ByteSizeLong(), Le(64u));
}

TEST_F(CheckInChangesTest, ASwitchToAKnownSetNamesItsRootOnly) {
  std::vector<std::string> other_image;
  for (int i = 5'000; i < 6'000; ++i) other_image.push_back(PackageText(i));
  const auto image = MakeFacts(other_image);
  Wire brings(*deps_, other_);
  ASSERT_OK(Sync(brings, MakeFacts(other_image, "machine-2")));
  Wire wire(*deps_, agent_);
  agent::Conversation conversation(wire);
  ASSERT_OK(conversation.Begin(before_, 0));
  const size_t said = wire.said().size();
  ASSERT_OK(conversation.CheckIn(image, v1::Vitals()));
  EXPECT_THAT(wire.said(), SizeIs(said + 1));
  EXPECT_THAT(wire.said().back().ByteSizeLong(), Le(128u));
  EXPECT_EQ(StoredRows(agent_), RowsOf(image));
}

TEST_F(CheckInChangesTest, ASwitchToAnUnknownSetIsBroughtInByATurn) {
  std::vector<std::string> rows;
  for (int i = 5'000; i < 6'000; ++i) rows.push_back(PackageText(i));
  const auto unknown = MakeFacts(rows);
  Wire wire(*deps_, agent_);
  agent::Conversation conversation(wire);
  ASSERT_OK(conversation.Begin(before_, 0));
  ASSERT_OK(conversation.CheckIn(unknown, v1::Vitals()));
  EXPECT_EQ(StoredRows(agent_), RowsOf(unknown));
}

TEST_F(CheckInChangesTest, SectionsComeAndGoOnCheckIns) {
  Wire wire(*deps_, agent_);
  agent::Conversation conversation(wire);
  ASSERT_OK(conversation.Begin(before_, 0));
  auto rows = Packages(1'000);
  rows.emplace_back("system_identity { serial_number: 'S' }");
  const auto with_serial = MakeFacts(rows);
  ASSERT_OK(conversation.CheckIn(with_serial, v1::Vitals()));
  EXPECT_EQ(StoredRows(agent_), RowsOf(with_serial));
  ASSERT_OK(conversation.CheckIn(before_, v1::Vitals()));
  EXPECT_EQ(StoredRows(agent_), RowsOf(before_));
  EXPECT_EQ(stats_.changes_taken, 2);
}

TEST_F(CheckInChangesTest, ChangesThatFollowEachOtherAreAllStored) {
  Wire wire(*deps_, agent_);
  agent::Conversation conversation(wire);
  ASSERT_OK(conversation.Begin(before_, 0));
  for (int i = 2; i < 12; ++i) {
    auto rows = Packages(1'000, i);
    rows.resize(rows.size() - static_cast<size_t>(i));
    const auto now = MakeFacts(rows);
    ASSERT_OK(conversation.CheckIn(now, v1::Vitals()));
    EXPECT_EQ(StoredRows(agent_), RowsOf(now));
  }
  EXPECT_EQ(stats_.changes_taken, 10);
}

// What a stream remembers of its last change is not taken for what is stored.
TEST_F(CheckInChangesTest, AChangeUponOneOfAnotherStreamIsStored) {
  Wire first(*deps_, agent_);
  agent::Conversation conversation(first);
  ASSERT_OK(conversation.Begin(before_, 0));
  ASSERT_OK(conversation.CheckIn(MakeFacts(Packages(1'000, 2)), v1::Vitals()));
  const auto other = MakeFacts(Packages(1'000, 3));
  Wire second(*deps_, agent_);
  ASSERT_OK(Sync(second, other));
  EXPECT_EQ(StoredRows(agent_), RowsOf(other));
  const auto now = MakeFacts(Packages(1'000, 4));
  ASSERT_OK(conversation.CheckIn(now, v1::Vitals()));
  EXPECT_EQ(StoredRows(agent_), RowsOf(now));
}

// Collections wait for those who rely on what the store holds.
TEST_F(CheckInChangesTest, ARefusedChangeHoldsNothingWhileItsStreamLives) {
  NewRowQuota few(clock_, 1'000);
  const SyncDeps deps{engine_,    shared_.content, *committer_, subjects_,
                      last_seen_, clock_,          random_,     options_,
                      stats_,     row_budget_,     few};
  Wire wire(deps, agent_);
  agent::Conversation conversation(wire);
  ASSERT_OK(conversation.Begin(before_, 0));
  EXPECT_THAT(conversation.CheckIn(MakeFacts(Packages(1'000, 2)), v1::Vitals()),
              StatusIs(absl::StatusCode::kResourceExhausted));
  ContentPins& pins = shared_.content.rows.pins();
  EXPECT_TRUE(pins.NoneBefore(pins.Advance()));
}

TEST_F(CheckInChangesTest, ARepeatedChangeIsAcknowledgedAndStoredOnce) {
  Wire wire(*deps_, agent_);
  ASSERT_OK(Sync(wire, before_));
  const auto upgraded = MakeFacts(Packages(1'000, 2));
  const auto changes = *SmallChanges(agent::SetsOf(before_), upgraded);
  for (int i = 0; i < 2; ++i) {
    const SyncReply reply = wire.Handle(CheckIn(upgraded, changes));
    ASSERT_OK(reply.status);
    ASSERT_THAT(reply.messages, SizeIs(1));
    EXPECT_TRUE(reply.messages[0].has_ack());
  }
  EXPECT_EQ(stats_.changes_taken, 1);
}

TEST_F(CheckInChangesTest, AChangeThatDoesNotMakeItsRootIsMetByAPlan) {
  Wire wire(*deps_, agent_);
  ASSERT_OK(Sync(wire, before_));
  const auto upgraded = MakeFacts(Packages(1'000, 2));
  const auto other = MakeFacts(Packages(1'000, 3));
  const auto changes = *SmallChanges(agent::SetsOf(before_), upgraded);
  const SyncReply reply = wire.Handle(CheckIn(other, changes));
  ASSERT_OK(reply.status);
  ASSERT_THAT(reply.messages, SizeIs(1));
  EXPECT_TRUE(reply.messages[0].plan().send_roots());
  EXPECT_EQ(StoredRows(agent_), RowsOf(before_));
}

TEST_F(CheckInChangesTest, AfterARestartOnlyTheDifferenceIsNamed) {
  Wire first(*deps_, agent_);
  ASSERT_OK(Sync(first, before_));
  const auto upgraded = MakeFacts(Packages(1'000, 2));
  Wire second(*deps_, agent_);
  agent::Conversation conversation(second, agent::SetsOf(before_));
  ASSERT_OK(conversation.Begin(upgraded, 0));
  EXPECT_EQ(StoredRows(agent_), RowsOf(upgraded));
  size_t ids = 0;
  for (const auto& message : second.said()) {
    ids += message.delta().added_ids().size() / RowId::kSize;
    ids += message.delta().removed_ids().size() / RowId::kSize;
  }
  EXPECT_EQ(ids, 2u);
}

TEST_F(CheckInChangesTest, AnAgentThatLostItsStateSendsAllIds) {
  Wire first(*deps_, agent_);
  ASSERT_OK(Sync(first, before_));
  const auto upgraded = MakeFacts(Packages(1'000, 2));
  Wire second(*deps_, agent_);
  ASSERT_OK(Sync(second, upgraded));
  EXPECT_EQ(StoredRows(agent_), RowsOf(upgraded));
  EXPECT_EQ(second.RowsSent(), 1);
}

// Each is a change that no agent makes; none may change what is stored.
TEST_F(CheckInChangesTest, MalformedChangesAreRefused) {
  const auto change = [](const std::string& section) {
    v1::SectionChange made;
    made.set_section(section);
    return made;
  };
  v1::SectionChange not_canonical = change("software");
  not_canonical.add_added_rows("\xff\xff");
  v1::SectionChange half_an_id = change("software");
  half_an_id.set_removed_ids("1234567");
  v1::SectionChange short_root = change("software");
  short_root.set_known_root("1234567");
  v1::SectionChange wrong_section = change("os");
  wrong_section.add_added_rows(
      before_.sections.at("software").rows[0].canonical);
  v1::SectionChange out_of_order = change("software");
  const auto& rows = before_.sections.at("software").rows;
  out_of_order.add_added_rows(rows[1].canonical);
  out_of_order.add_added_rows(rows[0].canonical);
  v1::SectionChange large = change("software");
  for (const auto& row : rows) large.add_added_rows(row.canonical);
  for (const auto& row : rows) large.add_added_rows(row.canonical);
  const std::vector<std::vector<v1::SectionChange>> cases = {
      {change("no such section")},
      {change("software"), change("os")},
      {change("software"), change("software")},
      {not_canonical},
      {half_an_id},
      {short_root},
      {wrong_section},
      {out_of_order},
      {large}};
  for (const auto& changes : cases) {
    Wire wire(*deps_, agent_);
    ASSERT_OK(Sync(wire, before_));
    const SyncReply reply =
        wire.Handle(CheckIn(MakeFacts(Packages(10)), changes));
    EXPECT_THAT(reply.status, StatusIs(absl::StatusCode::kInvalidArgument))
        << changes[0].ShortDebugString().substr(0, 80);
    EXPECT_EQ(StoredRows(agent_), RowsOf(before_));
  }
}

TEST_F(CheckInChangesTest, ARowOfAnotherSectionsSetIsNoKnownSet) {
  Wire wire(*deps_, agent_);
  ASSERT_OK(Sync(wire, before_));
  v1::SectionChange change;
  change.set_section("os");
  change.set_known_root(before_.sections.at("software").root.ToBytes());
  const SyncReply reply = wire.Handle(CheckIn(MakeFacts({}), {change}));
  ASSERT_OK(reply.status);
  EXPECT_TRUE(reply.messages[0].has_plan());
}

}  // namespace
}  // namespace rollcall::collector
