// Sets with a base, beside the same without.
#include "collector/inventory/based_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "collector/inventory/row_set.h"
#include "common/rows.h"
#include "tests/support/fake_random.h"
#include "tests/support/random_ids.h"
#include "tests/unit/collector/inventory/random_set.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::DrawIds;
using ::rollcall::testing::DrawSet;
using ::rollcall::testing::FakeRandom;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Numbers = std::vector<uint32_t>;

BasedSet<uint32_t> On(const Numbers& base) {
  return BasedSet<uint32_t>(std::make_shared<const Numbers>(base));
}

Numbers Runs(const BasedSet<uint32_t>& set) {
  Numbers all;
  set.VisitRuns([&](absl::Span<const uint32_t> run) {
    EXPECT_FALSE(run.empty());
    all.insert(all.end(), run.begin(), run.end());
  });
  return all;
}

TEST(BasedSet, WhatIsAddedAndRemovedMakesTheSameSetAsWithoutABase) {
  FakeRandom random;
  for (const uint64_t base_size : {0, 1, 5, 500}) {
    for (const uint64_t change_size : {0, 1, 5, 100, 800}) {
      for (const uint64_t below : {8, 1'000, 100'000}) {
        Numbers plain = DrawSet(random, base_size, below);
        BasedSet<uint32_t> based = On(plain);
        for (int round = 0; round < 4; ++round) {
          const Numbers removed = DrawSet(random, change_size, below);
          const Numbers added = DrawSet(random, change_size, below);
          const BasedSet<uint32_t> before = based;
          const Numbers plain_before = plain;
          based.Remove(removed);
          based.Add(added);
          plain = Union(Minus(plain, removed), added);
          ASSERT_EQ(based.All(), plain);
          EXPECT_EQ(based.size(), plain.size());
          EXPECT_EQ(Runs(based), plain);
          const auto change = ChangeBetween(before, based);
          const auto expected = ChangeBetween(plain_before, plain);
          EXPECT_EQ(change.added, expected.added);
          EXPECT_EQ(change.removed, expected.removed);
        }
      }
    }
  }
}

TEST(BasedSet, KeepsOnlyWhatDiffersFromItsBase) {
  BasedSet<uint32_t> set = On({10, 20, 30});
  set.Remove({20, 25});
  set.Add({5, 10, 40});
  EXPECT_THAT(set.removed(), ElementsAre(20u));
  EXPECT_THAT(set.added(), ElementsAre(5u, 40u));
  set.Add({20});
  set.Remove({5, 40});
  EXPECT_EQ(set.differences(), 0u);
  EXPECT_THAT(set.All(), ElementsAre(10u, 20u, 30u));
}

TEST(BasedSet, WithoutABaseIsAllAdded) {
  BasedSet<uint32_t> set(Numbers{1, 2});
  set.Add({3});
  set.Remove({1, 9});
  EXPECT_THAT(set.added(), ElementsAre(2u, 3u));
  EXPECT_THAT(set.removed(), IsEmpty());
  EXPECT_THAT(Runs(set), ElementsAre(2u, 3u));
  EXPECT_THAT(Runs(BasedSet<uint32_t>()), IsEmpty());
}

// As a damaged head may say.
TEST(BasedSet, WhatItsBaseNeverHadTakesNothingElseAway) {
  const auto base = std::make_shared<const Numbers>(Numbers{10, 20, 30});
  const BasedSet<uint32_t> set(base, {15}, {5, 12, 25, 40});
  EXPECT_THAT(Runs(set), ElementsAre(10u, 15u, 20u, 30u));
  EXPECT_EQ(Runs(set), set.All());
}

TEST(BasedSet, WhatItsBaseHasAlreadyIsVisitedOnce) {
  const auto base = std::make_shared<const Numbers>(Numbers{10, 20, 30});
  const BasedSet<uint32_t> set(base, {5, 10, 15, 30, 40}, {20});
  EXPECT_THAT(Runs(set), ElementsAre(5u, 10u, 15u, 30u, 40u));
  EXPECT_EQ(Runs(set), set.All());
}

TEST(BasedSet, IsVisitedInParts) {
  BasedSet<uint32_t> set = On({10, 20, 30, 40});
  set.Add({5, 15, 35});
  set.Remove({20, 40});
  const auto part = [&set](uint32_t from, std::optional<uint32_t> to) {
    std::vector<uint32_t> seen;
    set.VisitRuns(from, to, [&seen](absl::Span<const uint32_t> run) {
      seen.insert(seen.end(), run.begin(), run.end());
    });
    return seen;
  };
  EXPECT_THAT(part(0, 10), ElementsAre(5u));
  EXPECT_THAT(part(10, 20), ElementsAre(10u, 15u));
  EXPECT_THAT(part(20, 30), IsEmpty());
  EXPECT_THAT(part(20, 35), ElementsAre(30u));
  EXPECT_THAT(part(31, std::nullopt), ElementsAre(35u));
  EXPECT_THAT(part(50, std::nullopt), IsEmpty());
}

TEST(BasedSet, OfDifferentBasesAreComparedAsTheyAre) {
  BasedSet<uint32_t> first = On({1, 2, 3});
  BasedSet<uint32_t> second = On({2, 3, 4});
  second.Add({9});
  const auto change = ChangeBetween(first, second);
  EXPECT_THAT(change.added, ElementsAre(4u, 9u));
  EXPECT_THAT(change.removed, ElementsAre(1u));
}

TEST(BasedSet, ItsRootIsThatOfItsIds) {
  FakeRandom random;
  const RowSet base = DrawIds(random, 1'000);
  BasedSet<RowId> ids(std::make_shared<const RowSet>(base));
  EXPECT_EQ(SectionRootOf(ids), ComputeSectionRoot(base));
  for (const size_t step : {400, 150, 9, 2}) {
    RowSet removed;
    for (size_t i = 0; i < base.size(); i += step) removed.push_back(base[i]);
    ids.Remove(removed);
    ids.Add(DrawIds(random, removed.size()));
    EXPECT_THAT(ids.All(), SizeIs(ids.size()));
    EXPECT_EQ(SectionRootOf(ids), ComputeSectionRoot(ids.All()));
  }
}

}  // namespace
}  // namespace rollcall::collector
