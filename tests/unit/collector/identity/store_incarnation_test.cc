#include "collector/identity/store_incarnation.h"

#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::EmptyStore;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);

TEST(StoreIncarnation, IsOneUntilTheStoreWasRestored) {
  Engine& engine = EmptyStore();
  EXPECT_THAT(ReadStoreIncarnation(engine), IsOkAndHolds(1));
  ASSERT_OK_AND_ASSIGN(const int64_t next, BeginStoreIncarnation(engine, kNow));
  EXPECT_GT(next, 1);
  EXPECT_THAT(ReadStoreIncarnation(engine), IsOkAndHolds(next));
}

TEST(StoreIncarnation, OfOneBackupThatIsRestoredTwiceIsNotTheSame) {
  ASSERT_OK_AND_ASSIGN(const int64_t first,
                       BeginStoreIncarnation(EmptyStore(), kNow));
  ASSERT_OK_AND_ASSIGN(
      const int64_t second,
      BeginStoreIncarnation(EmptyStore(), kNow + absl::Seconds(1)));
  EXPECT_NE(first, second);
}

TEST(StoreIncarnation, GrowsThoughTheClockWentBack) {
  Engine& engine = EmptyStore();
  ASSERT_OK_AND_ASSIGN(const int64_t first,
                       BeginStoreIncarnation(engine, kNow));
  ASSERT_OK_AND_ASSIGN(const int64_t second,
                       BeginStoreIncarnation(engine, kNow - absl::Hours(1)));
  EXPECT_EQ(second, first + 1);
  ASSERT_OK_AND_ASSIGN(const int64_t third,
                       BeginStoreIncarnation(engine, absl::UnixEpoch()));
  EXPECT_EQ(third, second + 1);
}

TEST(StoreIncarnation, ThatIsUnreadableIsDamage) {
  Engine& engine = EmptyStore();
  for (const char* text : {"", "x", "0", "-3", "99999999999999999999"}) {
    Batch batch;
    batch.Put(TableId::kMeta, "store_incarnation", text);
    ASSERT_OK(engine.Write(batch, Durability::kBuffered));
    EXPECT_THAT(ReadStoreIncarnation(engine),
                StatusIs(absl::StatusCode::kDataLoss))
        << text;
    EXPECT_FALSE(BeginStoreIncarnation(engine, kNow).ok());
  }
}

}  // namespace
}  // namespace rollcall::collector
