#include "collector/rpc/reason.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Reason, HasToBeGivenAndBounded) {
  EXPECT_OK(CheckReason("x"));
  EXPECT_OK(CheckReason(std::string(1'024, 'x')));
  for (const std::string& reason : {std::string(), std::string(1'025, 'x')}) {
    EXPECT_THAT(CheckReason(reason),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(Reason, HoldsNothingThatControlsATerminalOrHidesText) {
  EXPECT_OK(CheckReason("sold: café №5 €"));
  for (const char* reason :
       {"\x1b[2J", "two\nlines", "\x7f", "\xc2\x9b", "a\u202eb", "a\u200bb"}) {
    EXPECT_THAT(
        CheckReason(reason),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("on one line")));
  }
}

TEST(Remark, MayBeLeftOutAndIsBoundedAndNamed) {
  EXPECT_OK(CheckRemark("comment", ""));
  EXPECT_OK(CheckRemark("comment", std::string(1'024, 'x')));
  for (const std::string& text :
       {std::string(1'025, 'x'), std::string("\xff"), std::string("a\tb")}) {
    EXPECT_THAT(
        CheckRemark("comment", text),
        StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("comment ")));
  }
}

}  // namespace
}  // namespace rollcall::collector
