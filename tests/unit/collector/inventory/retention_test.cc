// Old history goes; what is asked of before it is refused, never guessed.
#include "collector/inventory/retention.h"

#include "tests/unit/collector/inventory/collection_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::CollectionFixture;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

class RetentionTest : public CollectionFixture {
 protected:
  // Of days 1 to `days` a change each; returns what was held after each.
  std::vector<std::pair<KnownStamp, Rows>> Change(SubjectId subject, int days) {
    std::vector<std::pair<KnownStamp, Rows>> held;
    for (int day = 1; day <= days; ++day) {
      clock_.Advance(absl::Hours(24));
      auto rows = Packages(day, day + 30);
      rows.push_back(testing::HostRow("host" + std::to_string(day)));
      const auto at = Put(subject, rows);
      EXPECT_OK(at);
      held.emplace_back(*at, BytesOf(rows));
    }
    return held;
  }
  DroppedHistory Drop(absl::Time before) {
    HistoryRetention retention(
        engine_, *committer_, [this] { return between_(); }, keys_per_step_);
    const auto dropped = retention.DropBefore(before);
    EXPECT_OK(dropped);
    return dropped.value_or(DroppedHistory());
  }
  void ExpectHeldFrom(absl::Time horizon, SubjectId subject,
                      absl::Span<const std::pair<KnownStamp, Rows>> held) {
    for (const auto& [at, rows] : held) {
      // What it still holds was never lost.
      if (at >= KnownStamp::AtEndOf(horizon) || at == held.back().first) {
        EXPECT_EQ(HeldAt(subject, at), rows);
        continue;
      }
      EXPECT_THAT(ReadSubjectState(engine_, content(), subject, at),
                  StatusIs(absl::StatusCode::kFailedPrecondition,
                           HasSubstr("not recomputable: history before")));
    }
  }
};

TEST_F(RetentionTest, EverythingIsKeptAtFirst) {
  EXPECT_EQ(*HistoryHorizon(engine_), KnownStamp());
  EXPECT_OK(CheckHistoryKept(engine_, KnownStamp::FromRaw(1)));
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
  EXPECT_EQ(*HistoryHorizon(engine_), KnownStamp::AtEndOf(horizon));
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
  EXPECT_EQ(*HistoryHorizon(engine_), KnownStamp::AtEndOf(horizon));
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
  HistoryRetention cut(
      engine_, *committer_, [this] { return between_(); }, 3);
  EXPECT_THAT(cut.DropBefore(horizon), StatusIs(absl::StatusCode::kCancelled));
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
  Drop(clock_.Now());
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

}  // namespace
}  // namespace rollcall::collector
