// What nothing refers to goes; what anybody relies on stays.
#include "collector/inventory/collection.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/unit/collector/inventory/collection_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::CollectionFixture;
using ::rollcall::testing::KeepStored;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::Store;
using ::rollcall::testing::UpdateOf;
using ::testing::ElementsAre;

class CollectionTest : public CollectionFixture {
 protected:
  static RowSet IdsOf(const std::vector<v1::Row>& rows) {
    RowSet ids;
    for (const v1::Row& row : rows) {
      ids.push_back(ComputeRowId("software", kRowLevel, EncodeRow(row)));
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  bool IsKnown(int package) {
    const auto found =
        content().rows.Find("software", kRowLevel, {NewPackage(package).id});
    EXPECT_OK(found);
    return (*found)[0].has_value();
  }
  bool IsStored(int package) const {
    return engine_.Get(TableId::kRow, NewPackage(package).id.bytes())
        ->has_value();
  }
};

TEST_F(CollectionTest, RowsThatNothingRefersToGoInTheSecondRunAfter) {
  ASSERT_OK(KeepStored(content().rows, {NewPackage(1), NewPackage(2)}));
  EXPECT_FALSE(Collect().swept);
  EXPECT_TRUE(IsStored(1));
  const Collection second = Collect();
  EXPECT_TRUE(second.swept);
  EXPECT_EQ(second.rows_collected, 2);
  EXPECT_GT(second.bytes_collected, 0);
  EXPECT_FALSE(IsStored(1));
  EXPECT_FALSE(IsKnown(1));
}

TEST_F(CollectionTest, WhatHeadsAndHistoryReferToStays) {
  const SubjectId subject = AddDevice();
  Past past;
  for (const int first : {0, 5, 100, 0}) {
    const auto rows = Packages(first, first + 40);
    ASSERT_OK_AND_ASSIGN(const KnownStamp at, Put(subject, rows));
    past[{subject, at}] = BytesOf(rows);
  }
  const size_t rows = Count(TableId::kRow);
  CollectAll();
  Restart();
  CollectAll();
  EXPECT_EQ(Count(TableId::kRow), rows);
  ExpectPast(past);
}

TEST_F(CollectionTest,
       ABaseGoesWithItsLastSubjectAndOnceItsChangesAreFollowed) {
  const SubjectId subject = AddDevice();
  const SubjectId other = AddDevice();
  ASSERT_OK(Put(subject, Packages(0, 100)));
  ASSERT_OK(Put(other, Packages(0, 100)));
  ASSERT_EQ(Count(TableId::kBase), 1u);
  Drop(subject);
  Follow();
  CollectAll();
  EXPECT_EQ(Count(TableId::kBase), 1u);
  Drop(other);
  CollectAll();
  EXPECT_EQ(Count(TableId::kBase), 0u);
  EXPECT_EQ(Count(TableId::kRow), 0u);
}

// Postings read the rows of bases that a change left.
TEST_F(CollectionTest, BasesOfChangesThatPostingsHaveNotFollowedStay) {
  const SubjectId subject = AddDevice();
  ASSERT_OK(Put(subject, Packages(0, 100)));
  Drop(subject);
  CollectAll();
  EXPECT_EQ(Count(TableId::kBase), 1u);
  EXPECT_EQ(Count(TableId::kRow), 100u);
  Follow();
  CollectAll();
  EXPECT_EQ(Count(TableId::kBase), 0u);
  EXPECT_EQ(Count(TableId::kRow), 0u);
}

TEST_F(CollectionTest, ANearBaseThatIsGoneIsNotOffered) {
  const SubjectId subject = AddDevice();
  ASSERT_OK(Put(subject, Packages(0, 100)));
  Drop(subject);
  Follow();
  CollectAll();
  const SubjectId next = AddDevice();
  ASSERT_OK_AND_ASSIGN(const KnownStamp at, Put(next, Packages(1, 101)));
  EXPECT_EQ(HeldAt(next, at), BytesOf(Packages(1, 101)));
}

// A new machine looks at it, and is too far from it.
TEST_F(CollectionTest, ABaseThatIsOnlyLookedAtGoesWithItsRows) {
  const SubjectId subject = AddDevice();
  ASSERT_OK(Put(subject, Packages(0, 100)));
  const auto base = kBaseTable.ScanPrefix(engine_, KeyWriter()).Next();
  ASSERT_OK(base);
  const RootId root = (*base)->key.root;
  Drop(subject);
  Follow();
  Collect();
  auto rows = Packages(0, 70);
  for (v1::Row& row : Packages(200, 230)) rows.push_back(std::move(row));
  ASSERT_EQ(content().bases.Nearest(IdsOf(rows)), root);
  const SubjectId other = AddDevice();
  ASSERT_OK_AND_ASSIGN(const KnownStamp at, Put(other, rows));
  Collect();
  const auto gone = kBaseTable.Get(engine_, {root});
  ASSERT_OK(gone);
  EXPECT_FALSE(gone->has_value());
  EXPECT_FALSE(IsStored(99));
  EXPECT_EQ(HeldAt(other, at), BytesOf(rows));
}

// A session answers that a row is known; its agent leaves it out and refers to
// it later.
TEST_F(CollectionTest, ARowThatASessionWasToldOfStaysOverTheNextRun) {
  ASSERT_OK(KeepStored(content().rows, {NewPackage(1), NewPackage(2)}));
  Collect();
  ASSERT_TRUE(IsKnown(1));
  Collect();
  EXPECT_TRUE(IsStored(1));
  EXPECT_FALSE(IsStored(2));
  const SubjectId subject = AddDevice();
  SubjectUpdate update = UpdateOf(subject, Packages(1, 2));
  update.rows.clear();
  ASSERT_OK(Store(*committer_, engine_, content(), update));
  CollectAll();
  EXPECT_TRUE(IsStored(1));
}

TEST_F(CollectionTest, ASetThatASessionWasToldOfStaysOverTheNextRun) {
  const SubjectId first = AddDevice();
  const SubjectUpdate update = UpdateOf(first, Packages(0, 50));
  ASSERT_OK(Store(*committer_, engine_, content(), update));
  Drop(first);
  Follow();
  Collect();
  const RootId root = update.sections.at("software").root;
  ASSERT_OK_AND_ASSIGN(const auto known, content().bases.FindOfSection(
                                             root, "software", kRowLevel));
  ASSERT_NE(known, nullptr);
  Collect();
  const SubjectId second = AddDevice();
  SubjectUpdate same = UpdateOf(second, Packages(0, 50));
  same.rows.clear();
  ASSERT_OK_AND_ASSIGN(const KnownStamp at,
                       Store(*committer_, engine_, content(), same));
  CollectAll();
  EXPECT_EQ(HeldAt(second, at), BytesOf(Packages(0, 50)));
}

TEST_F(CollectionTest, RowsThatNobodyHadWrittenGoAsOthersDo) {
  ASSERT_OK(content().rows.Keep({NewPackage(1), NewPackage(2)}));
  Collect();
  EXPECT_TRUE(IsKnown(1));
  Collect();
  EXPECT_TRUE(IsKnown(1));
  EXPECT_FALSE(IsKnown(2));
  EXPECT_EQ(Count(TableId::kRow), 1u);
}

// A report brought it that was then refused, and nobody wrote since.
TEST_F(CollectionTest, ABaseThatIsNotInTheStoreYetKeepsItsRows) {
  std::vector<NewRow> rows;
  rows.reserve(40);
  for (int i = 0; i < 40; ++i) rows.push_back(NewPackage(i));
  ASSERT_OK(KeepStored(content().rows, rows));
  const SubjectUpdate refused = UpdateOf(AddDevice(), Packages(0, 40));
  ASSERT_OK(PrepareSubjectUpdate(refused, engine_, content()).status());
  ASSERT_EQ(Count(TableId::kBase), 0u);
  Collect();
  EXPECT_TRUE(Collect().swept);
  const RootId root = refused.sections.at("software").root;
  ASSERT_OK_AND_ASSIGN(const auto known, content().bases.FindOfSection(
                                             root, "software", kRowLevel));
  ASSERT_NE(known, nullptr);
  SubjectUpdate same = UpdateOf(AddDevice(), Packages(0, 40));
  same.rows.clear();
  ASSERT_OK_AND_ASSIGN(const KnownStamp at,
                       Store(*committer_, engine_, content(), same));
  CollectAll();
  EXPECT_EQ(HeldAt(same.subject, at), BytesOf(Packages(0, 40)));
}

// The agent took longer than two runs: it must send the row after all.
TEST_F(CollectionTest, AnUpdateThatComesTooLateIsToldToStartAgain) {
  ASSERT_OK(KeepStored(content().rows, {NewPackage(1)}));
  ASSERT_TRUE(IsKnown(1));
  CollectAll();
  SubjectUpdate update = UpdateOf(AddDevice(), Packages(1, 2));
  update.rows.clear();
  EXPECT_THAT(Store(*committer_, engine_, content(), update),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(CollectionTest, ARunWaitsForAnUpdateThatWasWorkedOutBefore) {
  const SubjectId subject = AddDevice();
  ASSERT_OK_AND_ASSIGN(auto prepared,
                       PrepareSubjectUpdate(UpdateOf(subject, Packages(0, 40)),
                                            engine_, content()));
  bool written = false;
  between_ = [&]() -> absl::Status {
    if (written) return absl::OkStatus();
    EXPECT_OK(testing::Write(*committer_, content(), prepared));
    prepared = PreparedUpdate();
    written = true;
    return absl::OkStatus();
  };
  const Collection run = Collect();
  EXPECT_TRUE(written);
  EXPECT_EQ(run.heads, 1);
  CollectAll();
  EXPECT_EQ(HeldAt(subject, KnownStamp::Max()), BytesOf(Packages(0, 40)));
}

TEST_F(CollectionTest, ARunSweepsNothingThatAQuestionInProgressMayRead) {
  const SubjectId subject = AddDevice();
  ASSERT_OK(Put(subject, Packages(0, 40)));
  const FleetSources sources = {engine_, content(), directory_, last_seen_};
  auto fleet = std::make_unique<Fleet>(sources, KnownStamp::Max());
  Drop(subject);
  Follow();
  int pauses = 0;
  between_ = [&]() -> absl::Status {
    if (++pauses < 10) return absl::OkStatus();
    const auto rows =
        fleet->Rows({DeviceOf(subject), {{subject, {}, {}}}}, "software");
    EXPECT_OK(rows);
    EXPECT_EQ(rows->size(), 40u);
    fleet.reset();
    between_ = [] { return absl::OkStatus(); };
    return absl::OkStatus();
  };
  CollectAll();
  EXPECT_GE(pauses, 10);
  EXPECT_EQ(Count(TableId::kRow), 0u);
}

TEST_F(CollectionTest, ANumberIsNeverGivenAgain) {
  ASSERT_OK(KeepStored(content().rows, {NewPackage(1), NewPackage(2)}));
  CollectAll();
  ASSERT_EQ(Count(TableId::kRow), 0u);
  Restart();
  ASSERT_OK(KeepStored(content().rows, {NewPackage(2), NewPackage(3)}));
  EXPECT_THAT(*content().rows.NumbersOf({NewPackage(2).id}), ElementsAre(3u));
  EXPECT_THAT(*content().rows.NumbersOf({NewPackage(3).id}), ElementsAre(4u));
  // The number that was left in place of the last row goes, and takes nothing
  // with it.
  ASSERT_OK(Put(AddDevice(), Packages(2, 3)));
  CollectAll();
  EXPECT_TRUE(IsStored(2));
  EXPECT_TRUE(IsKnown(2));
  EXPECT_EQ(Count(TableId::kRow), 1u);
}

TEST_F(CollectionTest, ADamagedHeadStopsARunBeforeAnythingGoes) {
  ASSERT_OK(KeepStored(content().rows, {NewPackage(1)}));
  stored::v1::Head head;
  head.add_sections()->set_added_rows(std::string("\x80"));
  Batch batch;
  kHeadTable.Put(batch, {AddDevice()}, head);
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(collecting_->Run(), StatusIs(absl::StatusCode::kDataLoss));
  }
  EXPECT_TRUE(IsStored(1));
}

// At whichever step a run ends: nothing that is needed is gone, and a new
// process finishes the work.
TEST_F(CollectionTest, ARunThatEndsAnywhereIsFinishedByALaterOne) {
  keys_per_step_ = 7;
  bool ended = true;
  for (int last_step = 0; ended; ++last_step) {
    testing::EmptyStore();
    Restart();
    Past past;
    const SubjectId stays = AddDevice();
    const SubjectId goes = AddDevice();
    ASSERT_OK_AND_ASSIGN(const KnownStamp at, Put(stays, Packages(0, 60)));
    past[{stays, at}] = BytesOf(Packages(0, 60));
    ASSERT_OK(Put(goes, Packages(30, 90)));
    Drop(goes);
    Follow();
    Collect();
    ended = false;
    between_ = [&, step = 0]() mutable -> absl::Status {
      if (step++ < last_step) return absl::OkStatus();
      ended = true;
      return absl::CancelledError("the power went");
    };
    const auto run = collecting_->Run();
    EXPECT_EQ(run.ok(), !ended);
    between_ = [] { return absl::OkStatus(); };
    ExpectPast(past);
    Restart();
    ExpectPast(past);
    CollectAll();
    ExpectPast(past);
    EXPECT_EQ(Count(TableId::kRow), 60u);
    EXPECT_EQ(Count(TableId::kBase), 1u);
  }
}

// Threads that report, with a collector that never rests: whatever was
// acknowledged is there, and no report fails.
TEST_F(CollectionTest, ReportsGoOnWhileContentIsCollected) {
  keys_per_step_ = 5;
  Restart();
  constexpr int kThreads = 3;
  constexpr int kReports = 40;
  std::vector<SubjectId> subjects;
  subjects.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) subjects.push_back(AddDevice());
  std::atomic<int> working{kThreads};
  const auto work = [&](int thread) {
    for (int i = 0; i < kReports; ++i) {
      // Sets that come, go, and come again.
      const int first = (i * 7 + thread * 3) % 50;
      EXPECT_OK(Put(subjects[static_cast<size_t>(thread)],
                    Packages(first, first + 30)));
      if (i % 5 == 4) Drop(subjects[static_cast<size_t>(thread)]);
    }
    EXPECT_OK(Put(subjects[static_cast<size_t>(thread)], Packages(0, 30)));
    --working;
  };
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  while (working > 0) Collect();
  for (std::thread& thread : threads) thread.join();
  CollectAll();
  for (const SubjectId subject : subjects) {
    EXPECT_EQ(HeldAt(subject, KnownStamp::Max()), BytesOf(Packages(0, 30)));
  }
}

}  // namespace
}  // namespace rollcall::collector
