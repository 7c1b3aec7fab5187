// gMock matchers for absl::Status and absl::StatusOr. There is no matcher for
// "not OK": say which error is expected.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

namespace rollcall::testing {

inline const absl::Status& GetStatus(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).ok();
}

MATCHER_P(StatusIs, code,
          "has code " + std::string(absl::StatusCodeToString(code))) {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code;
}

MATCHER_P2(StatusIs, code, message_matcher, "has the code and message") {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code &&
         ::testing::ExplainMatchResult(message_matcher,
                                       std::string(GetStatus(arg).message()),
                                       result_listener);
}

MATCHER_P(IsOkAndHolds, value_matcher, "is OK and holds the value") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(value_matcher, *arg, result_listener);
}

}  // namespace rollcall::testing

#define ASSERT_OK(expr) ASSERT_THAT((expr), ::rollcall::testing::IsOk())
#define EXPECT_OK(expr) EXPECT_THAT((expr), ::rollcall::testing::IsOk())
// Assigns a StatusOr's value or fails the test.
#define ASSERT_OK_AND_ASSIGN(lhs, expr)                                    \
  ASSERT_OK_AND_ASSIGN_IMPL(ASSERT_OK_CONCAT(assert_ok_result_, __LINE__), \
                            lhs, expr)
#define ASSERT_OK_CONCAT_INNER(a, b) a##b
#define ASSERT_OK_CONCAT(a, b) ASSERT_OK_CONCAT_INNER(a, b)
#define ASSERT_OK_AND_ASSIGN_IMPL(result, lhs, expr)          \
  auto result = (expr);                                       \
  ASSERT_TRUE((result).ok()) << (result).status().ToString(); \
  lhs = std::move(result).value()
