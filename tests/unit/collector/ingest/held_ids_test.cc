// What a stream remembers of the section that it changed last.
#include "collector/ingest/held_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "common/rows.h"
#include "tests/support/fake_random.h"
#include "tests/support/random_ids.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::DrawIds;
using ::rollcall::testing::FakeRandom;
using ::testing::Eq;
using ::testing::Optional;
using ::testing::Property;

class HeldIdsTest : public ::testing::Test {
 protected:
  // The base without its first id, with some more.
  BasedSet<RowId> Changed(size_t more) {
    BasedSet<RowId> ids(base_);
    ids.Remove({base_->front()});
    ids.Add(DrawIds(random_, more));
    return ids;
  }

  FakeRandom random_;
  std::shared_ptr<const RowSet> base_ =
      std::make_shared<const RowSet>(DrawIds(random_, 1'000));
  HeldIds held_;
};

TEST_F(HeldIdsTest, TellsTheIdsOfTheRootThatTheyMake) {
  const auto ids = Changed(3);
  const RootId root = SectionRootOf(ids);
  held_.Hold(root, ids, RootMarks());
  EXPECT_THAT(held_.Find(root),
              Optional(Property(&BasedSet<RowId>::All, ids.All())));
  EXPECT_THAT(held_.Find(ComputeSectionRoot(*base_)), Eq(std::nullopt));
}

TEST_F(HeldIdsTest, GivesItsMarksToWhoChangesThoseIdsOnly) {
  const auto ids = Changed(3);
  RootMarks marks;
  const RootId root = marks.RootOf(ids, RowId());
  held_.Hold(root, ids, std::move(marks));
  const auto others = Changed(4);
  const RowId last = base_->back();
  EXPECT_EQ(held_.TakeMarks(SectionRootOf(others)).RootOf(others, last),
            SectionRootOf(others));
  EXPECT_EQ(held_.TakeMarks(root).RootOf(ids, last), root);
}

TEST_F(HeldIdsTest, BeforeAnyChangeTellsNothing) {
  EXPECT_THAT(held_.Find(RootId()), Eq(std::nullopt));
  EXPECT_THAT(held_.Find(ComputeSectionRoot(*base_)), Eq(std::nullopt));
}

TEST_F(HeldIdsTest, KeepsNoBaseThatOthersLetGo) {
  RootId root;
  {
    const auto ids = Changed(3);
    root = SectionRootOf(ids);
    held_.Hold(root, ids, RootMarks());
  }
  const std::weak_ptr<const RowSet> watch = base_;
  base_.reset();
  EXPECT_TRUE(watch.expired());
  EXPECT_THAT(held_.Find(root), Eq(std::nullopt));
}

TEST_F(HeldIdsTest, ASetWithoutABaseNeedsNone) {
  const BasedSet<RowId> ids(DrawIds(random_, 9));
  const RootId root = SectionRootOf(ids);
  held_.Hold(root, ids, RootMarks());
  EXPECT_THAT(held_.Find(root),
              Optional(Property(&BasedSet<RowId>::All, ids.added())));
}

TEST_F(HeldIdsTest, ASetThatDiffersMuchIsNotHeld) {
  const auto ids = Changed(HeldIds::kMostDifferences);
  const RootId root = SectionRootOf(ids);
  held_.Hold(root, ids, RootMarks());
  EXPECT_THAT(held_.Find(root), Eq(std::nullopt));
}

}  // namespace
}  // namespace rollcall::collector
