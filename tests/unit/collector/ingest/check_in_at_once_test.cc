// Check-ins that are taken where they are heard, since no disk is needed.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "collector/inventory/tables.h"
#include "tests/unit/collector/ingest/sync_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::Gt;
using ::testing::HasSubstr;

class CheckInAtOnceTest : public SyncTest {
 protected:
  void SetUp() override {
    SyncTest::SetUp();
    wire_.emplace(*deps_, agent_);
    conversation_.emplace(*wire_);
    ASSERT_OK(conversation_->Begin(before_, 0));
  }

  absl::Status CheckIn(const agent::Facts& facts) {
    return conversation_->CheckIn(facts, v1::Vitals());
  }

  const agent::Facts before_ = MakeFacts(Packages(200));
  const agent::Facts upgraded_ = MakeFacts(Packages(200, 2));
  std::optional<Wire> wire_;
  std::optional<agent::Conversation> conversation_;
};

TEST_F(CheckInAtOnceTest, WhatDidNotChange) {
  ASSERT_OK(CheckIn(before_));
  EXPECT_EQ(wire_->handled_at_once(), 1);
  EXPECT_EQ(stats_.check_ins, 1);
}

TEST_F(CheckInAtOnceTest, AnUpgradeToWhatAnotherMachineHas) {
  Wire other(*deps_, other_);
  ASSERT_OK(Sync(other, MakeFacts(Packages(200, 2), "machine-2")));
  ASSERT_OK(CheckIn(upgraded_));
  EXPECT_EQ(wire_->handled_at_once(), 1);
  EXPECT_EQ(StoredRows(agent_), RowsOf(upgraded_));
  EXPECT_EQ(stats_.check_ins, 1);
  EXPECT_EQ(stats_.changes_taken, 1);
}

TEST_F(CheckInAtOnceTest, ARowThatNobodyHadIsLeftToWhoMayWaitAndCountsOnce) {
  ASSERT_OK(CheckIn(upgraded_));
  EXPECT_EQ(wire_->handled_at_once(), 0);
  EXPECT_EQ(StoredRows(agent_), RowsOf(upgraded_));
  EXPECT_EQ(stats_.check_ins, 1);
  EXPECT_EQ(stats_.changes_taken, 1);
  // Now it is known.
  ASSERT_OK(CheckIn(before_));
  ASSERT_OK(CheckIn(upgraded_));
  EXPECT_EQ(wire_->handled_at_once(), 2);
}

TEST_F(CheckInAtOnceTest, WhatIsTriedTwiceIsTakenFromTheAllowanceOnce) {
  NewRowQuota allowance(clock_, /*per_day=*/2);
  const SyncDeps deps = {engine_,    shared_.content, *committer_, subjects_,
                         last_seen_, clock_,          random_,     options_,
                         stats_,     row_budget_,     allowance};
  Wire wire(deps, agent_);
  agent::Conversation conversation(wire);
  ASSERT_OK(conversation.Begin(before_, 0));
  ASSERT_OK(conversation.CheckIn(upgraded_, v1::Vitals()));
  ASSERT_OK(conversation.CheckIn(MakeFacts(Packages(200, 3)), v1::Vitals()));
  EXPECT_EQ(wire.handled_at_once(), 0);
}

// A conversation keeps the head that it wrote last.
class HeldHeadTest : public CheckInAtOnceTest {
 protected:
  void SetUp() override {
    CheckInAtOnceTest::SetUp();
    ASSERT_OK(CheckIn(upgraded_));
    wire_->ForgetSaid();
  }

  // What the store has instead of the head from now on.
  void DamageHead() {
    Batch damage;
    kHeadTable.PutBytes(damage, {Subject()}, "not a head");
    ASSERT_OK(engine_.Write(damage, Durability::kSynced));
  }
  // Whether the agent was asked for more than its changes.
  bool WasAskedForRoots() const {
    return std::any_of(wire_->said().begin(), wire_->said().end(),
                       std::mem_fn(&v1::AgentMessage::has_roots));
  }
  SubjectId Subject() { return (*subjects_.FindByAgent(engine_, agent_))->id; }
};

TEST_F(HeldHeadTest, ChangesFollowEachOther) {
  for (int version = 3; version < 9; ++version) {
    const auto next = MakeFacts(Packages(200 + version, version));
    ASSERT_OK(CheckIn(next));
    EXPECT_EQ(StoredRows(agent_), RowsOf(next));
  }
  EXPECT_FALSE(WasAskedForRoots());
}

TEST_F(HeldHeadTest, DoesNotHideThatTheStoredOneIsDamaged) {
  DamageHead();
  EXPECT_THAT(CheckIn(before_), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_TRUE(WasAskedForRoots());
  EXPECT_EQ(**kHeadTable.GetBytes(engine_, {Subject()}), "not a head");
}

TEST_F(HeldHeadTest, OneThatAnotherConversationReplacedIsToldAsAWhole) {
  Wire other(*deps_, agent_);
  ASSERT_OK(Sync(other, MakeFacts(Packages(150, 7))));
  const auto next = MakeFacts(Packages(200, 3));
  ASSERT_OK(CheckIn(next));
  EXPECT_TRUE(WasAskedForRoots());
  EXPECT_EQ(StoredRows(agent_), RowsOf(next));
  EXPECT_EQ(stats_.syncs_committed, 4);
}

TEST_F(HeldHeadTest, ALargeOneIsNotHeld) {
  // Many differences from one base.
  std::vector<std::string> rows = Packages(18'000);
  ASSERT_OK(CheckIn(MakeFacts(rows)));
  for (int i = 0; i < 1'100; ++i) rows[i] = PackageText(i, 2);
  ASSERT_OK(CheckIn(MakeFacts(rows)));
  ASSERT_THAT((*kHeadTable.GetBytes(engine_, {Subject()}))->size(),
              Gt(kMostHeldHeadBytes));
  wire_->ForgetSaid();
  DamageHead();
  rows[0] = PackageText(0, 3);
  EXPECT_THAT(CheckIn(MakeFacts(rows)), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_FALSE(WasAskedForRoots());
}

TEST_F(HeldHeadTest, OfADeletedDeviceNothingIsTaken) {
  Batch deletion;
  kHeadTable.Delete(deletion, {Subject()});
  ASSERT_OK(engine_.Write(deletion, Durability::kSynced));
  EXPECT_THAT(CheckIn(MakeFacts(Packages(200, 3))),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("deleted while it reported")));
  EXPECT_EQ(*kHeadTable.GetBytes(engine_, {Subject()}), std::nullopt);
}

}  // namespace
}  // namespace rollcall::collector
