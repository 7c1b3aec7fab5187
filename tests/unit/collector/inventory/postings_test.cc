// Postings say who has a row exactly as the heads do, however far behind they
// are kept, and what is wrong in them is found and put right.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "collector/inventory/posting_keeper.h"
#include "collector/inventory/posting_overlay.h"
#include "collector/inventory/subject_state.h"
#include "collector/inventory/tables.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/inventory/fleet_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FleetFixture;
using ::rollcall::testing::OrdinalOf;
using ::rollcall::testing::PackageRow;
using ::rollcall::testing::UpdateOf;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOkAndHolds;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

std::vector<v1::Row> Packages(int from, int to) {
  std::vector<v1::Row> rows;
  for (int i = from; i < to; ++i) {
    rows.push_back(PackageRow("p" + std::to_string(i), "1"));
  }
  return rows;
}

RowId IdOf(const v1::Row& row) {
  return UpdateOf(SubjectId(), {row}).rows.begin()->first;
}

class PostingsTest : public FleetFixture {
 protected:
  RowNumber NumberOf(const v1::Row& row) {
    const auto stored = kRowTable.Get(engine_, {IdOf(row)});
    EXPECT_OK(stored);
    return stored->has_value() ? (*stored)->number() : 0;
  }
  std::set<uint32_t> With(const v1::Row& row) {
    const auto snapshot = engine_.Snapshot();
    PostingOverlay overlay(*snapshot);
    EXPECT_OK(overlay.TakeChanges(1'000'000).status());
    const auto subjects = overlay.SubjectsWith(NumberOf(row));
    EXPECT_OK(subjects);
    return {subjects->begin(), subjects->end()};
  }
  // What the sets themselves say.
  std::set<uint32_t> TrulyWith(const v1::Row& row) {
    const RowId id = IdOf(row);
    std::set<uint32_t> result;
    for (const SubjectId& subject : subjects_) {
      const auto state =
          ReadSubjectState(engine_, content_, subject, KnownStamp::Max());
      EXPECT_OK(state);
      if (!state->has_value()) continue;
      const auto software = (*state)->sections.find("software");
      if (software == (*state)->sections.end()) continue;
      const RowSet& rows = software->second.fleet;
      if (std::binary_search(rows.begin(), rows.end(), id)) {
        result.insert(OrdinalOf(subject));
      }
    }
    return result;
  }
  SubjectId NewSubject() {
    subjects_.push_back(AddDevice());
    return subjects_.back();
  }
  PostingKey KeyOf(PostingKind kind, uint32_t number, SubjectId subject) {
    return PlaceOf({kind, number}, OrdinalOf(subject)).key;
  }
  // The base that a subject's software is kept against.
  RootId BaseOf(SubjectId subject) {
    const auto head = kHeadTable.Get(engine_, {subject});
    EXPECT_OK(head);
    for (const auto& section : (*head)->sections()) {
      if (section.section() == "software") {
        return *RootId::FromBytes(section.base_root());
      }
    }
    ADD_FAILURE() << "no software";
    return RootId();
  }
  PostingKey KeyOfBase(SubjectId subject) {
    const auto number = kBaseNumberTable.Get(engine_, {BaseOf(subject)});
    EXPECT_OK(number);
    return KeyOf(PostingKind::kBase, (*number)->number(), subject);
  }
  template <typename Key>
  static std::string BytesOf(const Key& key) {
    KeyWriter writer;
    key.Encode(writer);
    return writer.Take();
  }
  // Stores bytes that no message is made of.
  void Damage(TableId table, const std::string& key) {
    Batch batch;
    batch.Put(table, key, "\xff\xff");
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  }
  // Two subjects that are kept against one base.
  void ReportTwins() {
    for (int i = 0; i < 2; ++i) Report(NewSubject(), Packages(0, 40));
    ASSERT_OK(keeper_.CatchUp().status());
  }
  void ExpectRebuilds() {
    ASSERT_OK_AND_ASSIGN(const auto rebuilt, keeper_.Rebuild());
    EXPECT_GT(rebuilt.differences, 0);
    EXPECT_THAT(keeper_.CatchUp(), IsOkAndHolds(0u));
    ASSERT_OK_AND_ASSIGN(const auto after, keeper_.Check());
    EXPECT_EQ(after.differences, 0) << after.first;
    for (const v1::Row& row : Packages(0, 140)) {
      if (NumberOf(row) != 0) {
        EXPECT_EQ(With(row), TrulyWith(row));
      }
    }
  }
  void PlantMember(PostingTerm term, uint32_t member) {
    const PostingPlace place = PlaceOf(term, member);
    PostingSet set;
    set.add(place.entry);
    Batch batch;
    WritePosting(place.key, set, batch);
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  }

  PostingKeeper keeper_{engine_};
  std::vector<SubjectId> subjects_;
};

TEST_F(PostingsTest, AnEmptyStoreHasNoneAndNothingDiffers) {
  EXPECT_THAT(keeper_.CatchUp(), IsOkAndHolds(0u));
  ASSERT_OK_AND_ASSIGN(const auto checked, keeper_.Check());
  EXPECT_EQ(checked.differences, 0);
  EXPECT_EQ(checked.compared, 0);
}

TEST_F(PostingsTest, AChangeIsInTheAnswerBeforeItIsStoredAndAfter) {
  const SubjectId one = NewSubject();
  const SubjectId two = NewSubject();
  Report(one, Packages(0, 30));
  EXPECT_THAT(With(PackageRow("p3", "1")),
              UnorderedElementsAre(OrdinalOf(one)));
  EXPECT_THAT(keeper_.CatchUp(), IsOkAndHolds(1u));
  EXPECT_THAT(With(PackageRow("p3", "1")),
              UnorderedElementsAre(OrdinalOf(one)));
  Report(two, Packages(2, 30));
  Report(one, Packages(10, 30));
  EXPECT_THAT(With(PackageRow("p3", "1")),
              UnorderedElementsAre(OrdinalOf(two)));
  EXPECT_THAT(keeper_.CatchUp(), IsOkAndHolds(2u));
  EXPECT_THAT(keeper_.CatchUp(), IsOkAndHolds(0u));
  EXPECT_THAT(With(PackageRow("p3", "1")),
              UnorderedElementsAre(OrdinalOf(two)));
  EXPECT_THAT(With(PackageRow("p0", "1")), IsEmpty());
}

TEST_F(PostingsTest, ABaseThatNobodyUsesLeavesNoTrace) {
  const SubjectId one = NewSubject();
  Report(one, Packages(0, 40));
  ASSERT_OK(keeper_.CatchUp().status());
  Report(one, Packages(100, 140));
  ASSERT_OK(keeper_.CatchUp().status());
  EXPECT_THAT(With(PackageRow("p1", "1")), IsEmpty());
  const auto snapshot = engine_.Snapshot();
  PostingOverlay overlay(*snapshot);
  EXPECT_TRUE(
      overlay
          .Members({PostingKind::kRowInBase, NumberOf(PackageRow("p1", "1"))})
          ->isEmpty());
  ASSERT_OK_AND_ASSIGN(const auto checked, keeper_.Check());
  EXPECT_EQ(checked.differences, 0) << checked.first;
}

TEST_F(PostingsTest, ABaseThatCameAndWentMeanwhileIsNeverCounted) {
  const SubjectId one = NewSubject();
  for (const int first : {0, 100, 200}) {
    Report(one, Packages(first, first + 40));
  }
  EXPECT_THAT(keeper_.CatchUp(), IsOkAndHolds(3u));
  EXPECT_THAT(With(PackageRow("p1", "1")), IsEmpty());
  EXPECT_THAT(With(PackageRow("p201", "1")),
              UnorderedElementsAre(OrdinalOf(one)));
  int bases = 0;
  for (auto at = engine_.Scan(TableId::kBaseNumber, "", ""); at->Valid();
       at->Next()) {
    ++bases;
  }
  EXPECT_EQ(bases, 1);
  EXPECT_EQ(keeper_.Check()->differences, 0);
}

TEST_F(PostingsTest, OverManyRandomChangesTheyAgreeWithTheSets) {
  for (int i = 0; i < 12; ++i) NewSubject();
  for (int step = 0; step < 150; ++step) {
    const SubjectId subject = subjects_[random_.Next64() % 12];
    const int image = static_cast<int>(random_.Next64() % 3) * 40;
    std::vector<v1::Row> rows = Packages(image, image + 40);
    const auto removed = static_cast<ptrdiff_t>(random_.Next64() % 4);
    rows.erase(rows.begin(), rows.begin() + removed);
    const int added = 200 + static_cast<int>(random_.Next64() % 6);
    for (v1::Row& row : Packages(200, added)) rows.push_back(std::move(row));
    Report(subject, rows);
    if (random_.Next64() % 5 == 0) {
      ASSERT_OK(keeper_.CatchUp().status());
    }
    const v1::Row asked =
        PackageRow("p" + std::to_string(random_.Next64() % 120), "1");
    ASSERT_EQ(With(asked), TrulyWith(asked)) << "step " << step;
  }
  ASSERT_OK_AND_ASSIGN(const auto checked, keeper_.Check());
  EXPECT_EQ(checked.differences, 0) << checked.first;
  EXPECT_GT(checked.compared, 50);
}

TEST_F(PostingsTest, CountsAreThoseOfTheLists) {
  for (int i = 0; i < 6; ++i) {
    Report(NewSubject(), Packages(i, 40 + i));
    if (i == 3) {
      ASSERT_OK(keeper_.CatchUp().status());
    }
  }
  const auto snapshot = engine_.Snapshot();
  PostingOverlay overlay(*snapshot);
  ASSERT_OK(overlay.TakeChanges(1'000'000).status());
  ASSERT_OK_AND_ASSIGN(const auto counts, overlay.CountAll());
  EXPECT_EQ(counts.size(), 45u);
  for (const v1::Row& row : Packages(0, 45)) {
    EXPECT_EQ(counts.at(NumberOf(row)), TrulyWith(row).size());
  }
}

TEST_F(PostingsTest, APlantedDifferenceIsNamedAndPutRight) {
  Report(NewSubject(), Packages(0, 40));
  Report(NewSubject(), Packages(0, 41));
  ASSERT_OK(keeper_.CatchUp().status());
  const v1::Row row = PackageRow("p7", "1");
  PlantMember({PostingKind::kRowAdded, NumberOf(row)}, 4'711);
  ASSERT_OK_AND_ASSIGN(const auto checked, keeper_.Check());
  EXPECT_EQ(checked.differences, 1);
  EXPECT_THAT(checked.first, HasSubstr("4711 is too much"));
  ASSERT_OK_AND_ASSIGN(const auto rebuilt, keeper_.Rebuild());
  EXPECT_EQ(rebuilt.differences, 1);
  ASSERT_OK_AND_ASSIGN(const auto after, keeper_.Check());
  EXPECT_EQ(after.differences, 0) << after.first;
  EXPECT_EQ(With(row), TrulyWith(row));
}

TEST_F(PostingsTest, ALostPostingIsNamedAndPutRight) {
  const SubjectId one = NewSubject();
  Report(one, Packages(0, 40));
  Report(NewSubject(), Packages(0, 41));
  ASSERT_OK(keeper_.CatchUp().status());
  const v1::Row extra = PackageRow("p40", "1");
  Batch batch;
  kPostingTable.Delete(
      batch, KeyOf(PostingKind::kRowAdded, NumberOf(extra), subjects_[1]));
  kOrdinalTable.Delete(batch, {OrdinalOf(one)});
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  ASSERT_OK_AND_ASSIGN(const auto checked, keeper_.Check());
  EXPECT_EQ(checked.differences, 2);
  EXPECT_THAT(checked.first, HasSubstr("is missing"));
  ASSERT_OK(keeper_.Rebuild().status());
  EXPECT_EQ(keeper_.Check()->differences, 0);
}

TEST_F(PostingsTest, TheyAreRebuiltFromNothingWhileChangesWait) {
  for (int i = 0; i < 5; ++i) Report(NewSubject(), Packages(i, 40 + i));
  ASSERT_OK(keeper_.CatchUp().status());
  Batch batch;
  for (const TableId table :
       {TableId::kPosting, TableId::kBaseNumber, TableId::kOrdinal}) {
    for (auto all = engine_.Scan(table, "", ""); all->Valid(); all->Next()) {
      batch.Delete(table, std::string(all->key()));
    }
  }
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  Report(subjects_[0], Packages(60, 100));
  Report(subjects_[1], Packages(0, 3));
  ASSERT_OK_AND_ASSIGN(const auto rebuilt, keeper_.Rebuild());
  EXPECT_GT(rebuilt.differences, 0);
  for (const v1::Row& row : Packages(0, 100)) {
    if (NumberOf(row) != 0) {
      EXPECT_EQ(With(row), TrulyWith(row));
    }
  }
  EXPECT_EQ(keeper_.Check()->differences, 0);
}

TEST_F(PostingsTest, AreStoredAsTheFormatSays) {
  PlantMember({PostingKind::kRowAdded, 7}, 65'537);
  const std::string key = absl::HexStringToBytes("0003000000070001");
  ASSERT_OK_AND_ASSIGN(const auto bytes, engine_.Get(TableId::kPosting, key));
  stored::v1::Posting posting;
  ASSERT_TRUE(posting.ParseFromString(bytes.value_or("")));
  EXPECT_EQ(absl::BytesToHexString(posting.members()),
            "3a3000000100000001000000100000000100");
}

TEST_F(PostingsTest, BasesOfRowsAreStoredTogetherAsTheFormatSays) {
  PlantMember({PostingKind::kRowInBase, 39}, 65'537);
  const std::string key = absl::HexStringToBytes("0005000000010001");
  ASSERT_OK_AND_ASSIGN(const auto bytes, engine_.Get(TableId::kPosting, key));
  stored::v1::Posting posting;
  ASSERT_TRUE(posting.ParseFromString(bytes.value_or("")));
  EXPECT_EQ(absl::BytesToHexString(posting.members()),
            "3a3000000100000007000000100000000100");
  const auto snapshot = engine_.Snapshot();
  const PostingOverlay overlay(*snapshot);
  EXPECT_EQ(overlay.Members({PostingKind::kRowInBase, 39})->minimum(), 65'537u);
  for (const uint32_t other : {38u, 40u, 7u, 71u}) {
    EXPECT_TRUE(overlay.Members({PostingKind::kRowInBase, other})->isEmpty());
  }
}

TEST_F(PostingsTest, ANewBaseOfNewRowsChangesFewValues) {
  Report(NewSubject(), Packages(0, 320));
  ASSERT_OK(keeper_.CatchUp().status());
  size_t values = 0;
  auto postings = kPostingTable.ScanPrefix(engine_, KeyWriter());
  while (postings.Next()->has_value()) ++values;
  // Of 320 rows, which may begin within a value, and of the base.
  EXPECT_LE(values, 12u);
  for (const v1::Row& row : Packages(0, 320)) {
    EXPECT_EQ(With(row), TrulyWith(row));
  }
}

TEST_F(PostingsTest, MalformedBytesAreDamageAndAreReplaced) {
  Report(NewSubject(), Packages(0, 3));
  ASSERT_OK(keeper_.CatchUp().status());
  const RowNumber row = NumberOf(PackageRow("p1", "1"));
  stored::v1::Posting posting;
  posting.set_members("not a bitmap");
  Batch batch;
  kPostingTable.Put(batch, KeyOf(PostingKind::kRowAdded, row, subjects_[0]),
                    posting);
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  {
    const auto snapshot = engine_.Snapshot();
    EXPECT_THAT(PostingOverlay(*snapshot).SubjectsWith(row),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  EXPECT_EQ(keeper_.Check()->differences, 1);
  ASSERT_OK(keeper_.Rebuild().status());
  EXPECT_EQ(keeper_.Check()->differences, 0);
}

TEST_F(PostingsTest, ADamagedPostingThatAChangeTouchesIsNamedAndReplaced) {
  ReportTwins();
  const PostingKey key = KeyOfBase(subjects_[0]);
  stored::v1::Posting posting;
  posting.set_members("not a bitmap");
  Batch batch;
  kPostingTable.Put(batch, key, posting);
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  Report(subjects_[0], Packages(100, 140));
  const std::string hex = absl::BytesToHexString(BytesOf(key));
  EXPECT_THAT(
      keeper_.CatchUp(),
      StatusIs(absl::StatusCode::kDataLoss,
               AllOf(HasSubstr(hex), HasSubstr("rollcall store rebuild"))));
  ASSERT_OK_AND_ASSIGN(const auto checked, keeper_.Check());
  EXPECT_EQ(checked.differences, 1);
  EXPECT_THAT(checked.first, HasSubstr(hex));
  ExpectRebuilds();
}

TEST_F(PostingsTest, ValuesThatDoNotParseAreNamedAndReplaced) {
  ReportTwins();
  const std::string key = BytesOf(KeyOfBase(subjects_[0]));
  Damage(TableId::kPosting, key);
  ASSERT_OK_AND_ASSIGN(const auto checked, keeper_.Check());
  EXPECT_EQ(checked.differences, 1);
  EXPECT_THAT(checked.first, HasSubstr(absl::BytesToHexString(key)));
  ExpectRebuilds();
  Damage(TableId::kOrdinal, BytesOf(OrdinalKey{OrdinalOf(subjects_[0])}));
  Damage(TableId::kBaseNumber, BytesOf(BaseNumberKey{BaseOf(subjects_[0])}));
  EXPECT_GT(keeper_.Check()->differences, 1);
  ExpectRebuilds();
}

TEST_F(PostingsTest, ValuesThatDoNotParseAreReplacedWhileChangesWait) {
  ReportTwins();
  Damage(TableId::kPosting, BytesOf(KeyOfBase(subjects_[0])));
  Damage(TableId::kBaseNumber, BytesOf(BaseNumberKey{BaseOf(subjects_[0])}));
  Report(subjects_[0], Packages(100, 140));
  EXPECT_THAT(keeper_.CatchUp(), StatusIs(absl::StatusCode::kDataLoss));
  ExpectRebuilds();
}

TEST_F(PostingsTest, BasesThatLostTheirNumbersAreGivenOthers) {
  Report(NewSubject(), Packages(0, 40));
  Report(NewSubject(), Packages(100, 140));
  ASSERT_OK(keeper_.CatchUp().status());
  Batch batch;
  for (const SubjectId& subject : subjects_) {
    kBaseNumberTable.Put(batch, {BaseOf(subject)}, stored::v1::NumberedBase());
  }
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  EXPECT_THAT(keeper_.Check()->first, HasSubstr("no number"));
  ExpectRebuilds();
}

TEST_F(PostingsTest, WhatIsNoKeyIsNamedAndGoes) {
  ReportTwins();
  for (const TableId table :
       {TableId::kPosting, TableId::kBaseNumber, TableId::kOrdinal}) {
    Damage(table, "?");
  }
  ASSERT_OK_AND_ASSIGN(const auto checked, keeper_.Check());
  EXPECT_EQ(checked.differences, 3);
  EXPECT_THAT(checked.first, HasSubstr("table posting: unreadable key 3f"));
  ExpectRebuilds();
}

TEST_F(PostingsTest, AChangeThatDoesNotParseIsNamedAndDoneWithByARebuild) {
  ReportTwins();
  const KnownStamp stamp = Report(subjects_[0], Packages(100, 140));
  const std::string key = BytesOf(ChangeKey{stamp});
  Damage(TableId::kChange, key);
  EXPECT_THAT(keeper_.CatchUp(), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(keeper_.Check()->first, HasSubstr(absl::BytesToHexString(key)));
  ExpectRebuilds();
  ASSERT_OK_AND_ASSIGN(const PostingsLag lag, ReadPostingsLag(engine_));
  EXPECT_EQ(lag.watermark, stamp);
}

TEST_F(PostingsTest, ABaseKeepsItsNumberWhereItsLostPostingIsRebuilt) {
  ReportTwins();
  Batch batch;
  for (const SubjectId& subject : subjects_) {
    kPostingTable.Delete(batch, KeyOfBase(subject));
  }
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  Report(subjects_[0], Packages(100, 140));
  ExpectRebuilds();
  Report(subjects_[1], Packages(100, 140));
  EXPECT_THAT(With(PackageRow("p1", "1")), IsEmpty());
  ASSERT_OK(keeper_.CatchUp().status());
  EXPECT_EQ(keeper_.Check()->differences, 0);
}

}  // namespace
}  // namespace rollcall::collector
