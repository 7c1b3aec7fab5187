// Old history goes; what is asked of before it is refused, never guessed.
#include "collector/inventory/retention.h"

#include "collector/storage/hold_table.h"
#include "tests/unit/collector/inventory/collection_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::CollectionFixture;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

class RetentionTest : public CollectionFixture {
 protected:
  using Held = std::vector<std::pair<KnownStamp, Rows>>;

  // Of days 1 to `days` a change of each; returns what each held after each.
  std::vector<Held> ChangeEach(const std::vector<SubjectId>& subjects,
                               int days) {
    std::vector<Held> held(subjects.size());
    for (int day = 1; day <= days; ++day) {
      clock_.Advance(absl::Hours(24));
      auto rows = Packages(day, day + 30);
      rows.push_back(testing::HostRow("host" + std::to_string(day)));
      for (size_t i = 0; i < subjects.size(); ++i) {
        const auto at = Put(subjects[i], rows);
        EXPECT_OK(at);
        held[i].emplace_back(*at, BytesOf(rows));
      }
    }
    return held;
  }
  Held Change(SubjectId subject, int days) {
    return ChangeEach({subject}, days)[0];
  }
  absl::StatusOr<DroppedHistory> TryDrop(const HistoryKeeping& keeping) {
    return HistoryRetention(
               engine_, directory_, *committer_, [this] { return between_(); },
               keys_per_step_)
        .DropOld(clock_.Now(), keeping);
  }
  DroppedHistory Drop(const HistoryKeeping& keeping) {
    const auto dropped = TryDrop(keeping);
    EXPECT_OK(dropped);
    return dropped.value_or(DroppedHistory());
  }
  HistoryKeeping KeepFrom(absl::Time before) const {
    return {clock_.Now() - before, {}};
  }
  DroppedHistory Drop(absl::Time before) { return Drop(KeepFrom(before)); }
  absl::Status Ask(SubjectId subject, KnownStamp at) {
    Fleet fleet({engine_, content(), directory_, last_seen_}, at);
    return fleet.Resolve(DeviceOf(subject).ToHex()).status();
  }
  absl::Status AskFleet(KnownStamp at) {
    Fleet fleet({engine_, content(), directory_, last_seen_}, at);
    return fleet.Devices().status();
  }
  void ExpectHeldFrom(absl::Time horizon, SubjectId subject, const Held& held) {
    for (const auto& [at, rows] : held) {
      if (at >= KnownStamp::AtEndOf(horizon)) {
        EXPECT_OK(Ask(subject, at));
        EXPECT_EQ(HeldAt(subject, at), rows);
        continue;
      }
      EXPECT_THAT(Ask(subject, at),
                  StatusIs(absl::StatusCode::kFailedPrecondition,
                           HasSubstr("not recomputable: history before")));
      // Nor is what is left read as if it were whole.
      const auto state = ReadSubjectState(engine_, content(), subject, at);
      if (state.ok()) {
        EXPECT_EQ(HeldAt(subject, at), rows);
      } else {
        EXPECT_THAT(state, StatusIs(absl::StatusCode::kFailedPrecondition));
      }
    }
  }
};

TEST_F(RetentionTest, EverythingIsKeptAtFirst) {
  EXPECT_EQ(*HistoryHorizon(engine_, ""), KnownStamp());
  EXPECT_OK(CheckFleetHistoryKept(engine_, KnownStamp::FromRaw(1)));
}

TEST_F(RetentionTest, WhatIsKeptIsAnsweredAndWhatIsNotIsRefused) {
  const SubjectId subject = AddDevice();
  const auto held = Change(subject, 10);
  // Between two changes: what it held then is what the older of them made.
  const absl::Time horizon = held[4].first.time() + absl::Hours(12);
  const DroppedHistory dropped = Drop(horizon);
  EXPECT_EQ(dropped.entries, 4);
  EXPECT_EQ(dropped.emptied, 1);
  ExpectHeldFrom(horizon, subject, held);
  EXPECT_EQ(HeldAt(subject, KnownStamp::AtEndOf(horizon)), held[4].second);
  // The horizon is stored.
  EXPECT_EQ(*HistoryHorizon(engine_, ""), KnownStamp::AtEndOf(horizon));
}

TEST_F(RetentionTest, ADeviceThatDidNotReportYetIsStillSaidNotToBeThere) {
  const SubjectId early = AddDevice();
  Change(early, 3);
  const absl::Time horizon = clock_.Now();
  clock_.Advance(absl::Hours(24));
  const KnownStamp between = KnownStamp::AtEndOf(clock_.Now());
  const SubjectId late = AddDevice();
  Change(late, 3);
  Drop(horizon);
  EXPECT_THAT(*ReadSubjectState(engine_, content(), late, between),
              ::testing::Eq(std::nullopt));
}

TEST_F(RetentionTest, TheHorizonNeverGoesBack) {
  const SubjectId subject = AddDevice();
  const auto held = Change(subject, 6);
  const absl::Time horizon = held[3].first.time();
  Drop(horizon);
  Drop(held[1].first.time());
  EXPECT_EQ(*HistoryHorizon(engine_, ""), KnownStamp::AtEndOf(horizon));
  EXPECT_EQ(Drop(horizon).emptied, 0);
  ExpectHeldFrom(horizon, subject, held);
}

TEST_F(RetentionTest, ARunThatEndsAnywhereIsFinishedByTheNext) {
  const SubjectId subject = AddDevice();
  const SubjectId other = AddDevice();
  const auto held = Change(subject, 8);
  const auto other_held = Change(other, 8);
  keys_per_step_ = 3;
  const absl::Time horizon = other_held[5].first.time();
  between_ = [] { return absl::CancelledError("the power went"); };
  EXPECT_THAT(TryDrop(KeepFrom(horizon)),
              StatusIs(absl::StatusCode::kCancelled));
  ExpectHeldFrom(horizon, subject, held);
  ExpectHeldFrom(horizon, other, other_held);
  between_ = [] { return absl::OkStatus(); };
  Drop(horizon);
  ExpectHeldFrom(horizon, subject, held);
  ExpectHeldFrom(horizon, other, other_held);
  // The newest before the horizon of each, and two after it.
  EXPECT_EQ(Count(TableId::kHistory), 4u);
}

TEST_F(RetentionTest, RowsOfDroppedHistoryAreCollected) {
  const SubjectId subject = AddDevice();
  const auto held = Change(subject, 10);
  Follow();
  CollectAll();
  const size_t before = Count(TableId::kRow);
  clock_.Advance(absl::Seconds(1));
  Drop(clock_.Now() - absl::Seconds(1));
  CollectAll();
  EXPECT_LT(Count(TableId::kRow), before);
  EXPECT_EQ(HeldAt(subject, KnownStamp::Max()), held.back().second);
  EXPECT_EQ(HeldAt(subject, held.back().first), held.back().second);
}

TEST_F(RetentionTest, AFleetWideQuestionOfBeforeIsRefused) {
  const SubjectId subject = AddDevice();
  const auto held = Change(subject, 3);
  Drop(held[1].first.time());
  const FleetSources sources = {engine_, content(), directory_, last_seen_};
  Fleet before(sources, held[0].first);
  EXPECT_THAT(before.Devices(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(before.Resolve(DeviceOf(subject).ToHex()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  Fleet after(sources, held[2].first);
  EXPECT_OK(after.Devices());
}

// Laptops are kept for 5 days, servers for ever, all else for 2.
class RetentionByClassTest : public RetentionTest {
 protected:
  static constexpr absl::Duration kDay = absl::Hours(24);
  HistoryKeeping keeping_{
      2 * kDay, {{"laptop", 5 * kDay}, {"server", absl::ZeroDuration()}}};
};

TEST_F(RetentionByClassTest, EachClassIsKeptForItsTime) {
  const SubjectId laptop = AddDevice();
  const SubjectId server = AddDevice();
  const SubjectId other = AddDevice();
  directory_.SetClass(DeviceOf(laptop), "laptop");
  directory_.SetClass(DeviceOf(server), "server");
  directory_.SetClass(DeviceOf(other), "phone");
  const auto held = ChangeEach({laptop, server, other}, 8);
  Drop(keeping_);
  const absl::Time now = clock_.Now();
  ExpectHeldFrom(now - 5 * kDay, laptop, held[0]);
  ExpectHeldFrom(absl::UnixEpoch(), server, held[1]);
  ExpectHeldFrom(now - 2 * kDay, other, held[2]);
}

TEST_F(RetentionByClassTest, TheFleetIsToldAsFarBackAsEveryClass) {
  const SubjectId server = AddDevice();
  directory_.SetClass(DeviceOf(server), "server");
  const auto held = Change(server, 8);
  Drop(keeping_);
  const KnownStamp horizon = KnownStamp::AtEndOf(clock_.Now() - 2 * kDay);
  EXPECT_EQ(*FleetHistoryHorizon(engine_), horizon);
  EXPECT_OK(AskFleet(horizon));
  const KnownStamp before = KnownStamp::FromRaw(horizon.raw() - 1);
  EXPECT_THAT(AskFleet(before),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("not recomputable: history before")));
  EXPECT_OK(Ask(server, before));
}

TEST_F(RetentionByClassTest, AClassThatIsKeptLongerDoesNotGetBackWhatIsGone) {
  const SubjectId device = AddDevice();
  directory_.SetClass(DeviceOf(device), "laptop");
  const auto held = Change(device, 8);
  Drop(keeping_);
  directory_.SetClass(DeviceOf(device), "server");
  Drop(keeping_);
  // Its newest change before the horizon is all that is left of before.
  size_t refused = 0;
  for (const auto& [at, rows] : held) {
    const absl::Status asked = Ask(device, at);
    if (asked.ok()) {
      EXPECT_EQ(HeldAt(device, at), rows);
      continue;
    }
    ++refused;
    EXPECT_THAT(asked, StatusIs(absl::StatusCode::kFailedPrecondition,
                                HasSubstr(DeviceOf(device).ToHex())));
    EXPECT_THAT(ReadSubjectState(engine_, content(), device, at),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  EXPECT_EQ(refused, 2u);
}

TEST_F(RetentionByClassTest, AClassThatIsNamedLaterBeginsWithTheUsualHorizon) {
  const SubjectId server = AddDevice();
  directory_.SetClass(DeviceOf(server), "server");
  const auto held = Change(server, 8);
  Drop(HistoryKeeping{3 * kDay, {}});
  const absl::Time horizon = clock_.Now() - 3 * kDay;
  clock_.Advance(kDay);
  Drop(HistoryKeeping{kDay, {{"server", absl::ZeroDuration()}}});
  EXPECT_EQ(*HistoryHorizon(engine_, "server"), KnownStamp::AtEndOf(horizon));
  ExpectHeldFrom(horizon, server, held);
  // Once it is no longer named it goes with the others.
  Drop(HistoryKeeping{kDay, {}});
  EXPECT_EQ(*HistoryHorizon(engine_, "server"),
            KnownStamp::AtEndOf(clock_.Now() - kDay));
}

TEST_F(RetentionByClassTest, NothingIsDroppedWhereEverythingIsKept) {
  EXPECT_FALSE(HistoryKeeping().drops());
  HistoryKeeping keeping;
  keeping.by_class["server"] = absl::ZeroDuration();
  EXPECT_FALSE(keeping.drops());
  keeping.by_class["server"] = kDay;
  EXPECT_TRUE(keeping.drops());
  const SubjectId device = AddDevice();
  const auto held = Change(device, 3);
  const DroppedHistory dropped = Drop(keeping);
  EXPECT_EQ(dropped.entries + dropped.emptied, 0);
  ExpectHeldFrom(absl::UnixEpoch(), device, held);
}

TEST_F(RetentionTest, OfADeviceThatIsDamagedAllIsKeptAndOthersAreDropped) {
  const SubjectId damaged = AddDevice();
  const SubjectId other = AddDevice();
  const auto held = ChangeEach({damaged, other}, 6);
  directory_.Damage(damaged);
  const absl::Time horizon = clock_.Now() - absl::Hours(40);
  const DroppedHistory dropped = Drop(horizon);
  EXPECT_EQ(dropped.subjects_passed_over, 1);
  EXPECT_THAT(dropped.damage, StatusIs(absl::StatusCode::kDataLoss));
  for (const auto& [at, rows] : held[0]) EXPECT_EQ(HeldAt(damaged, at), rows);
  ExpectHeldFrom(horizon, other, held[1]);
}

TEST_F(RetentionTest, ADeviceThatIsDeletedWhileItIsLookedAtEndsNoRun) {
  const SubjectId gone = AddDevice();
  const SubjectId other = AddDevice();
  const auto held = ChangeEach({gone, other}, 6);
  directory_.ForgetAfterNextLook(gone);
  const absl::Time horizon = clock_.Now() - absl::Hours(40);
  Drop(horizon);
  ExpectHeldFrom(horizon, other, held[1]);
}

class HeldRetentionTest : public RetentionTest {
 protected:
  void Hold(SubjectId subject) {
    Batch batch;
    kHeldSubjectTable.Put(batch, {subject, HoldId::Generate(random_)}, {});
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  }
};

TEST_F(HeldRetentionTest, OfAHeldDeviceNothingIsDroppedAndAllIsTold) {
  const SubjectId held_one = AddDevice();
  // What joined the device later is kept with it.
  const SubjectId joined = SubjectId::Generate(random_);
  const SubjectId other = AddDevice();
  AddSubject(DeviceOf(held_one), joined);
  const auto held = ChangeEach({held_one, joined, other}, 6);
  Hold(held_one);
  const absl::Time horizon = clock_.Now() - absl::Hours(40);
  Drop(horizon);
  ExpectHeldFrom(absl::UnixEpoch(), held_one, held[0]);
  for (const auto& [at, rows] : held[1]) EXPECT_EQ(HeldAt(joined, at), rows);
  ExpectHeldFrom(horizon, other, held[2]);
}

TEST_F(HeldRetentionTest, AHoldThatComesDuringARunIsKept) {
  const SubjectId subject = AddDevice();
  const auto held = Change(subject, 9);
  keys_per_step_ = 4;
  // After the first step, in which the newest before the horizon was cut.
  const absl::Time horizon = held[7].first.time();
  between_ = [&] {
    if (!*IsAnythingHeld(engine_)) Hold(subject);
    return absl::OkStatus();
  };
  const DroppedHistory dropped = Drop(horizon);
  EXPECT_EQ(dropped.emptied, 1);
  EXPECT_EQ(dropped.entries, 2);
  EXPECT_EQ(Count(TableId::kHistory), 7u);
  // What was dropped before the hold is still said to be gone.
  EXPECT_THAT(Ask(subject, held[2].first),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_OK(Ask(subject, held[7].first));
}

}  // namespace
}  // namespace rollcall::collector
