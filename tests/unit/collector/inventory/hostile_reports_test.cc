// Reports that race each other or break the rules of rows.
#include "collector/inventory/history.h"
#include "collector/inventory/subject_state.h"
#include "tests/support/full_engine.h"
#include "tests/unit/collector/inventory/fleet_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FleetFixture;
using ::rollcall::testing::HostRow;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::PackageRow;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::UpdateOf;
using ::rollcall::testing::Write;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using HostileReportsTest = FleetFixture;

// Two streams of one agent: the second compared its roots before the first
// stored a change, and so was told that it need not send the section.
TEST_F(HostileReportsTest, ASectionThatChangedMeanwhileIsNotEmptied) {
  const SubjectId subject = AddDevice();
  Report(subject, {PackageRow("a", "1"), HostRow("host")});
  ASSERT_OK_AND_ASSIGN(const auto before, ReadHead(engine_, subject));
  SubjectUpdate late;
  late.subject = subject;
  late.row_level = kRowLevel;
  late.subject_root = RootId::Generate(random_);
  for (const auto& section : before->sections()) {
    late.sections[section.section()].root = *RootId::FromBytes(section.root());
  }
  Report(subject, {PackageRow("a", "2"), HostRow("host")});
  EXPECT_THAT(TryCommit(late), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        HasSubstr("section software changed")));
  ASSERT_OK_AND_ASSIGN(
      const auto state,
      ReadSubjectState(engine_, content_, subject, KnownStamp::Max()));
  EXPECT_THAT(state->sections.at("software").fleet, SizeIs(1));
}

TEST_F(HostileReportsTest, OfTwoUpdatesPreparedFromOneStateOneMustStartAgain) {
  const SubjectId subject = AddDevice();
  Report(subject, {PackageRow("a", "1")});
  const SubjectUpdate first = UpdateOf(subject, {PackageRow("a", "2")});
  const SubjectUpdate second = UpdateOf(subject, {PackageRow("a", "3")});
  ASSERT_OK_AND_ASSIGN(const auto prepared,
                       PrepareSubjectUpdate(first, engine_, content_));
  ASSERT_OK_AND_ASSIGN(const auto late,
                       PrepareSubjectUpdate(second, engine_, content_));
  ASSERT_OK(Write(*committer_, content_, prepared));
  EXPECT_THAT(Write(*committer_, content_, late),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("start again")));
}

TEST_F(HostileReportsTest, AnUpdateWhoseRowsTheStoreDidNotTakeIsNotWritten) {
  testing::FullEngine full(engine_);
  const testing::SharedContent shared(full);
  const SubjectId subject = AddDevice();
  const SubjectUpdate update = UpdateOf(subject, {PackageRow("a", "1")});
  ASSERT_OK_AND_ASSIGN(auto prepared,
                       PrepareSubjectUpdate(update, engine_, shared.content));
  EXPECT_THAT(Write(*committer_, shared.content, prepared),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(ReadHead(engine_, subject), IsOkAndHolds(Eq(std::nullopt)));
  full.full = false;
  ASSERT_OK(Write(*committer_, shared.content, prepared));
  EXPECT_OK(
      ReadSubjectState(engine_, content_, subject, KnownStamp::Max()).status());
}

TEST_F(HostileReportsTest, ARowOfAnotherSectionIsNotKnownInThisOne) {
  const SubjectId subject = AddDevice();
  Report(subject, {PackageRow("a", "1")});
  const RowId id =
      ComputeRowId("software", kRowLevel, EncodeRow(PackageRow("a", "1")));
  ASSERT_OK_AND_ASSIGN(const auto here,
                       content_.rows.Find("software", kRowLevel, {id}));
  ASSERT_OK_AND_ASSIGN(const auto there,
                       content_.rows.Find("os", kRowLevel, {id}));
  EXPECT_TRUE(here[0].has_value());
  EXPECT_FALSE(there[0].has_value());
}

TEST_F(HostileReportsTest, ASectionMayLoseItsLastRow) {
  const SubjectId subject = AddDevice();
  Report(subject, {PackageRow("a", "1")});
  SubjectUpdate update;
  update.subject = subject;
  update.row_level = kRowLevel;
  update.sections["software"].root = ComputeSectionRoot({});
  update.subject_root =
      ComputeSubjectRoot({{"software", ComputeSectionRoot({})}});
  const KnownStamp stamp = Commit(update);
  ASSERT_OK_AND_ASSIGN(const auto state,
                       ReadSubjectState(engine_, content_, subject, stamp));
  EXPECT_THAT(state->sections.at("software").fleet, SizeIs(0));
}

TEST_F(HostileReportsTest, RowsThatShareANaturalKeyEachHaveTheirChange) {
  // So many that comparing each with each would not end within the test.
  constexpr int kRows = 10'000;
  const SubjectId subject = AddDevice();
  Report(subject, {HostRow("host")});
  std::vector<v1::Row> rows = {HostRow("host")};
  for (int i = 0; i < kRows; ++i) {
    rows.push_back(PackageRow("same", std::to_string(i)));
  }
  Report(subject, rows);
  rows.resize(1);
  for (int i = 0; i < kRows + 1; ++i) {
    rows.push_back(PackageRow("same", "other " + std::to_string(i)));
  }
  Report(subject, rows);

  Fleet fleet(*sources_, KnownStamp::Max());
  ASSERT_OK_AND_ASSIGN(const DeviceEntry entry, fleet.Resolve("host"));
  ASSERT_OK_AND_ASSIGN(const HistoryPage page,
                       ReadHistory(fleet, entry, {}, {}, 3 * kRows));
  std::map<v1::DeviceChange::Kind, int> kinds;
  for (const auto& change : page.changes) ++kinds[change.kind()];
  EXPECT_EQ(kinds[v1::DeviceChange::KIND_CHANGED], kRows);
  // The last row of the third report, the rows of the second, and the first.
  EXPECT_EQ(kinds[v1::DeviceChange::KIND_ADDED], 1 + kRows + 1);
  EXPECT_EQ(kinds[v1::DeviceChange::KIND_REMOVED], 0);
}

}  // namespace
}  // namespace rollcall::collector
