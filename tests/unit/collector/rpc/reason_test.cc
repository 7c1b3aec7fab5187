#include "collector/rpc/reason.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;

TEST(Reason, HasToBeGivenAndBounded) {
  EXPECT_OK(CheckReason("x"));
  EXPECT_OK(CheckReason(std::string(1'024, 'x')));
  for (const std::string& reason : {std::string(), std::string(1'025, 'x')}) {
    EXPECT_THAT(CheckReason(reason),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace rollcall::collector
