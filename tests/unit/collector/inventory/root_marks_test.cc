// Roots of sets that change, with what was hashed before.
#include "collector/inventory/root_marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "common/rows.h"
#include "tests/support/fake_random.h"
#include "tests/support/random_ids.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::DrawIds;
using ::rollcall::testing::FakeRandom;

class RootMarksTest : public ::testing::Test {
 protected:
  BasedSet<RowId> SetOf(size_t count) {
    return BasedSet<RowId>(
        std::make_shared<const RowSet>(DrawIds(random_, count)));
  }
  // Takes one of the ids away and adds some. Returns the lowest of them.
  RowId Change(size_t more, BasedSet<RowId>& ids) {
    const RowSet all = ids.All();
    const RowId gone = all[random_.Next64() % all.size()];
    const RowSet come = DrawIds(random_, more);
    ids.Remove({gone});
    ids.Add(come);
    return come.empty() ? gone : std::min(gone, come.front());
  }

  FakeRandom random_;
  RootMarks marks_;
};

TEST_F(RootMarksTest, TheFirstRootIsOfTheWhole) {
  const auto ids = SetOf(1'000);
  EXPECT_EQ(marks_.RootOf(ids, RowId()), ComputeSectionRoot(ids.All()));
}

TEST_F(RootMarksTest, ManyChangesLaterTheRootIsStillThatOfItsIds) {
  auto ids = SetOf(1'000);
  marks_.RootOf(ids, RowId());
  for (int i = 0; i < 300; ++i) {
    const RowId changed = Change(i % 3, ids);
    ASSERT_EQ(marks_.RootOf(ids, changed), ComputeSectionRoot(ids.All())) << i;
  }
}

TEST_F(RootMarksTest, WithoutAChangeTheRootIsTheSame) {
  const auto ids = SetOf(1'000);
  const RootId root = marks_.RootOf(ids, RowId());
  EXPECT_EQ(marks_.RootOf(ids, RowId()), root);
  EXPECT_EQ(marks_.RootOf(ids, ids.All().back()), root);
}

// Else nothing is gained.
TEST_F(RootMarksTest, WhatIsBelowTheChangeIsNotLookedAt) {
  const auto ids = SetOf(1'000);
  const RootId root = marks_.RootOf(ids, RowId());
  RowSet all = ids.All();
  const RowId last = all.back();
  all.front() = RowId();
  const BasedSet<RowId> others(std::make_shared<const RowSet>(all));
  EXPECT_EQ(marks_.RootOf(others, last), root);
  EXPECT_NE(marks_.RootOf(others, RowId()), root);
}

TEST_F(RootMarksTest, ASetThatShrinksAndGrowsHasTheRootOfItsIds) {
  auto ids = SetOf(1'000);
  marks_.RootOf(ids, RowId());
  RowSet all = ids.All();
  const RowSet most(all.begin() + 100, all.end());
  ids.Remove(most);
  EXPECT_EQ(marks_.RootOf(ids, most.front()), ComputeSectionRoot(ids.All()));
  ids.Add(most);
  EXPECT_EQ(marks_.RootOf(ids, most.front()), ComputeSectionRoot(ids.All()));
  const RowId changed = Change(1, ids);
  EXPECT_EQ(marks_.RootOf(ids, changed), ComputeSectionRoot(ids.All()));
}

}  // namespace
}  // namespace rollcall::collector
