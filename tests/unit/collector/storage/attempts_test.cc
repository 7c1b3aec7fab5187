#include "collector/storage/attempts.h"

#include "absl/status/statusor.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;

TEST(TryUntilUndisturbed, TriesAgainWhileOthersComeBetween) {
  int attempts = 0;
  EXPECT_THAT(TryUntilUndisturbed([&]() -> absl::StatusOr<int> {
                if (++attempts < 3) return absl::AbortedError("moved");
                return attempts;
              }),
              IsOkAndHolds(3));
}

TEST(TryUntilUndisturbed, ReturnsAnyOtherErrorAtOnce) {
  int attempts = 0;
  EXPECT_THAT(TryUntilUndisturbed([&]() -> absl::StatusOr<int> {
                ++attempts;
                return absl::NotFoundError("gone");
              }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(attempts, 1);
}

TEST(TryUntilUndisturbed, GivesUpInTheEnd) {
  int attempts = 0;
  EXPECT_THAT(TryUntilUndisturbed([&]() -> absl::StatusOr<int> {
                ++attempts;
                return absl::AbortedError("moved");
              }),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(attempts, 8);
}

}  // namespace
}  // namespace rollcall::collector
