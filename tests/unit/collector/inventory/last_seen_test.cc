#include "collector/inventory/last_seen.h"

#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FakeClock;
using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::StatusIs;

class LastSeenTest : public ::testing::Test {
 protected:
  void SetUp() override {}

  // When the subject was seen by what is stored.
  std::optional<absl::Time> Stored(SubjectId subject) {
    LastSeenTracker loaded;
    EXPECT_OK(loaded.Load(engine_));
    const auto seen = loaded.Get(subject);
    if (!seen.has_value()) return std::nullopt;
    return seen->time;
  }

  FakeClock clock_;
  FakeRandom random_;
  HybridClock hybrid_{clock_};
  Engine& engine_ = testing::EmptyStore();
  LastSeenTracker tracker_;
  const SubjectId subject_ = SubjectId::Generate(random_);
};

TEST_F(LastSeenTest, OneWhoNeverCheckedInIsNothing) {
  EXPECT_FALSE(tracker_.Get(subject_).has_value());
}

TEST_F(LastSeenTest, ACheckInWithoutVitalsKeepsThoseOfTheLast) {
  v1::Vitals vitals;
  vitals.set_uptime_seconds(7);
  tracker_.Note(subject_, clock_.Now(), vitals);
  clock_.Advance(absl::Seconds(5));
  tracker_.Note(subject_, clock_.Now(), std::nullopt);
  const auto seen = tracker_.Get(subject_);
  EXPECT_EQ(seen->time, clock_.Now());
  EXPECT_EQ(seen->vitals->uptime_seconds(), 7);
}

TEST_F(LastSeenTest, FlushStoresWhatWasNotedSinceTheLast) {
  Committer committer(engine_, hybrid_);
  tracker_.Note(subject_, clock_.Now(), std::nullopt);
  ASSERT_OK(tracker_.Flush(committer));
  EXPECT_EQ(Stored(subject_), clock_.Now());
  const int64_t changes = committer.stats().changes;
  ASSERT_OK(tracker_.Flush(committer));  // nothing to store
  EXPECT_EQ(committer.stats().changes, changes);
}

TEST_F(LastSeenTest, WhatCouldNotBeStoredIsStoredByTheNextFlush) {
  CommitterOptions full;
  full.max_queue = 0;
  Committer refusing(engine_, hybrid_, full);
  const SubjectId other = SubjectId::Generate(random_);
  tracker_.Note(subject_, clock_.Now(), std::nullopt);
  tracker_.Note(other, clock_.Now(), std::nullopt);
  EXPECT_THAT(tracker_.Flush(refusing),
              StatusIs(absl::StatusCode::kResourceExhausted));
  // What is noted meanwhile is newer.
  const absl::Time earlier = clock_.Now();
  clock_.Advance(absl::Seconds(9));
  tracker_.Note(subject_, clock_.Now(), std::nullopt);
  Committer committer(engine_, hybrid_);
  ASSERT_OK(tracker_.Flush(committer));
  EXPECT_EQ(Stored(subject_), clock_.Now());
  EXPECT_EQ(Stored(other), earlier);
}

}  // namespace
}  // namespace rollcall::collector
