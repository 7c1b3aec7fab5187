// What the fleet shares: rows by number, base sets, and how a set is kept.
#include <algorithm>
#include <limits>

#include "absl/strings/escaping.h"
#include "collector/inventory/base_choice.h"
#include "collector/inventory/own_rows.h"
#include "collector/inventory/row_directory.h"
#include "collector/inventory/tables.h"
#include "tests/support/full_engine.h"
#include "tests/unit/collector/inventory/fleet_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FleetFixture;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::KeepStored;
using ::rollcall::testing::PackageRow;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::IsNull;
using ::testing::Le;
using ::testing::SizeIs;

using Numbers = std::vector<RowNumber>;

TEST(RowNumber, PackedNumbersReadBack) {
  const RowNumber last = std::numeric_limits<RowNumber>::max();
  for (const Numbers& numbers :
       {Numbers{}, Numbers{1}, Numbers{1, 2, 3}, Numbers{127, 128, 16'384},
        Numbers{last}, Numbers{1, last}}) {
    EXPECT_THAT(UnpackNumbers(PackNumbers(numbers)), IsOkAndHolds(Eq(numbers)));
    EXPECT_EQ(CountNumbers(PackNumbers(numbers)), numbers.size());
  }
}

// FORMAT.md shows these bytes.
TEST(RowNumber, PackedNumbersHaveTheseBytes) {
  EXPECT_EQ(absl::BytesToHexString(PackNumbers({1, 2, 130})), "01018001");
}

TEST(RowNumber, NeighboursTakeAByteEach) {
  Numbers numbers;
  for (RowNumber n = 1'000; n < 2'000; ++n) numbers.push_back(n);
  EXPECT_THAT(PackNumbers(numbers), SizeIs(1'001));
}

TEST(RowNumber, DamagedBytesAreDataLoss) {
  for (const std::string& bytes :
       {std::string("\x80"), std::string(1, '\0'), std::string("\x01\x00", 2),
        std::string("\xff\xff\xff\xff\xff\x01"),
        PackNumbers({1, std::numeric_limits<RowNumber>::max()}) + "\x01"}) {
    EXPECT_THAT(UnpackNumbers(bytes), StatusIs(absl::StatusCode::kDataLoss));
  }
}

class ContentTest : public FleetFixture {
 protected:
  static NewRow RowOf(int number) { return RowOf("software", number); }
  // Whatever a row of the section says.
  static NewRow RowOf(const std::string& section, int number) {
    const std::string canonical =
        EncodeRow(PackageRow("p" + std::to_string(number), "1"));
    return {ComputeRowId(section, kRowLevel, canonical), section, kRowLevel,
            canonical};
  }
  // The set of the packages from `first` to before `end`, stored.
  RowSet SetOf(int first, int end) {
    std::vector<NewRow> rows;
    RowSet ids;
    for (int i = first; i < end; ++i) {
      rows.push_back(RowOf(i));
      ids.push_back(rows.back().id);
    }
    EXPECT_OK(KeepStored(content_.rows, rows));
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  BaseRows RowsOf(const RowSet& ids) {
    return {ids, *content_.rows.NumbersOf(ids)};
  }
  absl::Status Choose(const RowSet& rows, std::optional<RootId> before,
                      stored::v1::HeadSection& section) {
    return ChooseBase({BasedSet<RowNumber>(*content_.rows.NumbersOf(rows))},
                      {before}, content_, section);
  }
};

TEST_F(ContentTest, ARowKeepsItsNumberOverRestarts) {
  const RowSet ids = SetOf(0, 10);
  ASSERT_OK_AND_ASSIGN(const Numbers given, content_.rows.NumbersOf(ids));
  RowDirectory again(engine_);
  EXPECT_THAT(again.NumbersOf(ids), IsOkAndHolds(Eq(given)));
  EXPECT_THAT(again.IdsOf(given), IsOkAndHolds(Eq(ids)));
  // Stored again, and with a new one.
  ASSERT_OK(KeepStored(again, {RowOf(3), RowOf(10)}));
  ASSERT_OK_AND_ASSIGN(const Numbers more, again.NumbersOf({RowOf(10).id}));
  EXPECT_THAT(more, ElementsAre(11u));
  EXPECT_THAT(again.NumbersOf(ids), IsOkAndHolds(Eq(given)));
}

TEST_F(ContentTest, BeyondItsBoundTheDirectoryAsksTheStore) {
  RowDirectory small(engine_, 2);
  const RowSet ids = SetOf(0, 10);
  ASSERT_OK_AND_ASSIGN(const Numbers numbers, small.NumbersOf(ids));
  EXPECT_THAT(small.IdsOf(numbers), IsOkAndHolds(Eq(ids)));
  EXPECT_THAT(small.NumbersOf(ids), IsOkAndHolds(Eq(numbers)));
}

// Also where there is no room to remember it.
TEST_F(ContentTest, ARowIsKnownBeforeTheStoreHasIt) {
  for (const size_t room : {size_t{100}, size_t{0}}) {
    RowDirectory rows(engine_, room);
    const NewRow row = RowOf(static_cast<int>(room));
    ASSERT_OK(rows.Keep({row}));
    ASSERT_OK_AND_ASSIGN(const Numbers numbers, rows.NumbersOf({row.id}));
    EXPECT_THAT(rows.IdsOf(numbers), IsOkAndHolds(ElementsAre(row.id)));
    EXPECT_FALSE(engine_.Get(TableId::kRow, row.id.bytes())->has_value());
    ASSERT_OK(KeepStored(rows, {RowOf(1'000)}));
    EXPECT_TRUE(engine_.Get(TableId::kRow, row.id.bytes())->has_value());
    EXPECT_THAT(rows.NumbersOf({row.id}), IsOkAndHolds(Eq(numbers)));
  }
}

// A store that takes nothing must not fill the memory with what it should.
TEST_F(ContentTest, OnlySoMuchWaitsForAFullStore) {
  testing::FullEngine full(engine_);
  RowDirectory rows(full);
  absl::Status kept;
  int number = 0;
  while (kept.ok() && ++number < 1'000) {
    NewRow row = RowOf(number);
    row.canonical.append(64 << 10, 'x');
    kept = rows.Keep({row});
  }
  EXPECT_THAT(kept, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_LE(rows.writer().bytes(), 9u << 20);
  full.full = false;
  EXPECT_OK(rows.Keep({RowOf(number)}));
}

TEST_F(ContentTest, OnlySoManyBasesWaitForAFullStore) {
  testing::FullEngine full(engine_);
  RowDirectory rows(full);
  BaseSets bases(full, rows);
  absl::Status kept;
  int count = 0;
  while (kept.ok() && ++count < 1'000) {
    kept = bases.Keep(RootId::Generate(random_), {{RowOf(count).id}, {1}});
  }
  EXPECT_THAT(kept, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_LE(count, 100);
  full.full = false;
  EXPECT_OK(bases.Keep(RootId::Generate(random_), {{RowOf(1).id}, {1}}));
}

TEST_F(ContentTest, AnUnknownRowOrNumberIsDataLossWhereItMustBeThere) {
  EXPECT_THAT(content_.rows.NumbersOf({RowOf(1).id}),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(content_.rows.IdsOf({7}), StatusIs(absl::StatusCode::kDataLoss));
  ASSERT_OK_AND_ASSIGN(
      const auto found,
      content_.rows.Find("software", kRowLevel, {RowOf(1).id}));
  EXPECT_FALSE(found[0].has_value());
}

TEST_F(ContentTest, TheNearestBaseIsFoundAlsoAfterARestart) {
  const RowSet image = SetOf(0, 1'000);
  const RowSet other = SetOf(5'000, 6'000);
  const RootId image_root = ComputeSectionRoot(image);
  ASSERT_OK(content_.bases.Keep(image_root, RowsOf(image)));
  ASSERT_OK(content_.bases.Keep(ComputeSectionRoot(other), RowsOf(other)));
  ASSERT_OK(content_.rows.writer().WriteAll());
  const RowSet near = SetOf(10, 1'010);
  EXPECT_EQ(content_.bases.Nearest(near), image_root);
  BaseSets again(engine_, content_.rows);
  ASSERT_OK(again.Load());
  EXPECT_EQ(again.Nearest(near), image_root);
  EXPECT_EQ(again.Nearest(SetOf(9'000, 9'100)), std::nullopt);
  ASSERT_OK_AND_ASSIGN(const auto found, again.Find(image_root));
  EXPECT_EQ(found->ids, image);
  EXPECT_EQ(found->numbers, RowsOf(image).numbers);
}

TEST_F(ContentTest, BasesBeyondTheBoundAreReadAgain) {
  BaseSets small(engine_, content_.rows, 150);
  std::vector<RowSet> sets;
  for (int i = 0; i < 5; ++i) {
    sets.push_back(SetOf(1'000 * i, 1'000 * i + 100));
    ASSERT_OK(small.Keep(ComputeSectionRoot(sets.back()), RowsOf(sets.back())));
  }
  // Before the store has them, and from there.
  for (int i = 0; i < 2; ++i) {
    for (const RowSet& set : sets) {
      ASSERT_OK_AND_ASSIGN(const auto found,
                           small.Find(ComputeSectionRoot(set)));
      EXPECT_EQ(found->ids, set);
    }
    ASSERT_OK(content_.rows.writer().WriteAll());
  }
  EXPECT_THAT(small.Find(RootId()), IsOkAndHolds(IsNull()));
}

TEST_F(ContentTest, HostsOfOneImageShareItsBase) {
  stored::v1::HeadSection first;
  stored::v1::HeadSection second;
  ASSERT_OK(Choose(SetOf(0, 1'000), std::nullopt, first));
  ASSERT_OK(Choose(SetOf(15, 1'015), std::nullopt, second));
  EXPECT_THAT(first.base_root(), SizeIs(16));
  EXPECT_EQ(second.base_root(), first.base_root());
  EXPECT_THAT(UnpackNumbers(second.added_rows()), IsOkAndHolds(SizeIs(15)));
  EXPECT_THAT(UnpackNumbers(second.removed_rows()), IsOkAndHolds(SizeIs(15)));
  EXPECT_THAT(second.ByteSizeLong(), Le(100u));
}

TEST_F(ContentTest, ASetFarFromEveryBaseBecomesOne) {
  stored::v1::HeadSection section;
  ASSERT_OK(Choose(SetOf(0, 1'000), std::nullopt, section));
  const auto image = *RootId::FromBytes(section.base_root());
  stored::v1::HeadSection far;
  const RowSet mixed = SetOf(300, 1'300);
  ASSERT_OK(Choose(mixed, image, far));
  EXPECT_EQ(far.base_root(), ComputeSectionRoot(mixed).ToBytes());
  EXPECT_THAT(far.added_rows(), IsEmpty());
  EXPECT_THAT(far.removed_rows(), IsEmpty());
}

// A set that drifts by a row at a time: it looks for a nearer base only now and
// then, and once it did so finds it.
TEST_F(ContentTest, ADriftingSetLooksForANearerBaseNowAndThen) {
  stored::v1::HeadSection section;
  ASSERT_OK(Choose(SetOf(0, 1'000), std::nullopt, section));
  const auto image = *RootId::FromBytes(section.base_root());
  const RowSet near = SetOf(30, 1'030);
  const RootId near_root = ComputeSectionRoot(near);
  ASSERT_OK(content_.bases.Keep(near_root, RowsOf(near)));
  const BasedSet<RowNumber> drifted(RowsOf(SetOf(26, 1'026)).numbers);
  stored::v1::HeadSection kept;
  ASSERT_OK(ChooseBase({drifted}, {image, 50}, content_, kept));
  EXPECT_EQ(kept.base_root(), image.ToBytes());
  stored::v1::HeadSection moved;
  ASSERT_OK(ChooseBase({drifted}, {image, 47}, content_, moved));
  EXPECT_EQ(moved.base_root(), near_root.ToBytes());
}

TEST_F(ContentTest, AHandfulOfRowsNeedsNoBase) {
  stored::v1::HeadSection section;
  const RowSet few = SetOf(0, 16);
  ASSERT_OK(Choose(few, std::nullopt, section));
  EXPECT_THAT(section.base_root(), IsEmpty());
  section.set_section("software");
  EXPECT_THAT(content_.rows.IdsOf(*UnpackNumbers(section.added_rows())),
              IsOkAndHolds(Eq(few)));
}

// Own rows: one pack for a few, more for many, none too full.
TEST_F(ContentTest, OwnRowsReadBackAsTheyGrowAndShrink) {
  const SubjectId subject = AddDevice();
  OwnRows before;
  uint32_t bits = 0;
  for (const int count : {0, 3, 12, 900, 905, 20, 0, 3'000, 1}) {
    OwnRows after;
    for (int i = 0; i < count; ++i) {
      const NewRow row = RowOf("software.install", i);
      after[row.id] = row.canonical;
    }
    const uint32_t chosen = ChoosePackBits(after.size(), bits);
    EXPECT_LE(after.size(), (size_t{1} << chosen) * 48);
    Batch batch;
    WriteOwnRows({subject, "software.install", kRowLevel},
                 {before, bits, after, chosen}, batch);
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
    EXPECT_THAT(ReadOwnRows(engine_, {subject, "software.install", kRowLevel}),
                IsOkAndHolds(Eq(after)));
    before = after;
    bits = chosen;
  }
}

TEST_F(ContentTest, AChangedOwnRowRewritesItsPackOnly) {
  const SubjectId subject = AddDevice();
  OwnRows before;
  for (int i = 0; i < 900; ++i) {
    const NewRow row = RowOf("software.install", i);
    before[row.id] = row.canonical;
  }
  const uint32_t bits = ChoosePackBits(before.size(), 0);
  OwnRows after = before;
  after.erase(after.begin());
  Batch batch;
  WriteOwnRows({subject, "software.install", kRowLevel},
               {before, bits, after, bits}, batch);
  EXPECT_THAT(batch.ops(), SizeIs(1));
}

}  // namespace
}  // namespace rollcall::collector
