#include "collector/inventory/content_writer.h"

#include "tests/support/full_engine.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::Eq;
using ::testing::Optional;

class ContentWriterTest : public ::testing::Test {
 protected:
  static Batch Put(const std::string& key, const std::string& value) {
    Batch batch;
    batch.Put(TableId::kRow, key, value);
    return batch;
  }
  absl::StatusOr<std::optional<std::string>> Get(const std::string& key) const {
    return engine_.Get(TableId::kRow, key);
  }

  testing::FullEngine engine_{testing::EmptyStore()};
  ContentWriter writer_{engine_};
};

TEST_F(ContentWriterTest, WhatWasAddedGoesInOneWriteWhenItIsNeeded) {
  engine_.full = false;
  const auto first = writer_.Add(Put("a", "1"));
  const auto second = writer_.Add(Put("b", "2"));
  EXPECT_FALSE(writer_.IsWritten(first));
  EXPECT_THAT(Get("a"), IsOkAndHolds(Eq(std::nullopt)));
  ASSERT_OK(writer_.WriteThrough(first));
  EXPECT_TRUE(writer_.IsWritten(second));
  EXPECT_THAT(Get("a"), IsOkAndHolds(Optional(Eq("1"))));
  EXPECT_THAT(Get("b"), IsOkAndHolds(Optional(Eq("2"))));
  EXPECT_EQ(writer_.bytes(), 0u);
  ASSERT_OK(writer_.WriteThrough(second));
  EXPECT_EQ(engine_.writes, 1);
}

TEST_F(ContentWriterTest, WhatComesLaterIsNotTakenForWritten) {
  engine_.full = false;
  ASSERT_OK(writer_.WriteThrough(writer_.Add(Put("a", "1"))));
  const auto later = writer_.Add(Put("b", "2"));
  EXPECT_FALSE(writer_.IsWritten(later));
  EXPECT_EQ(later, writer_.current());
  ASSERT_OK(writer_.WriteThrough(later));
  EXPECT_THAT(Get("b"), IsOkAndHolds(Optional(Eq("2"))));
}

TEST_F(ContentWriterTest, WhatAFullStoreDidNotTakeIsWrittenLaterInItsOrder) {
  const auto first = writer_.Add(Put("a", "1"));
  EXPECT_THAT(writer_.WriteThrough(first),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(writer_.IsWritten(first));
  EXPECT_GT(writer_.bytes(), 0u);
  const auto second = writer_.Add(Put("a", "2"));
  engine_.full = false;
  ASSERT_OK(writer_.WriteThrough(first));
  EXPECT_TRUE(writer_.IsWritten(second));
  EXPECT_THAT(Get("a"), IsOkAndHolds(Optional(Eq("2"))));
}

// So that who looks in the meantime does not add as much again.
TEST_F(ContentWriterTest, WhatIsBeingWrittenStillCounts) {
  const auto number = writer_.Add(Put("a", "12345"));
  size_t seen = 0;
  engine_.during_write = [&] { seen = writer_.bytes(); };
  EXPECT_FALSE(writer_.WriteThrough(number).ok());
  EXPECT_EQ(seen, 6u);
  EXPECT_EQ(writer_.bytes(), 6u);
  engine_.full = false;
  ASSERT_OK(writer_.WriteThrough(number));
  EXPECT_EQ(seen, 6u);
  EXPECT_EQ(writer_.bytes(), 0u);
}

}  // namespace
}  // namespace rollcall::collector
