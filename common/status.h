// Small helpers over absl::Status, which Debian's Abseil does not carry.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rollcall {

// Returns `status` with "context: " before its message; an OK status unchanged.
inline absl::Status Annotate(const absl::Status& status,
                             absl::string_view context) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(context, ": ", status.message()));
}

namespace status_internal {
inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}
}  // namespace status_internal

}  // namespace rollcall

#define ROLLCALL_CONCAT_INNER(a, b) a##b
#define ROLLCALL_CONCAT(a, b) ROLLCALL_CONCAT_INNER(a, b)

// Returns the status from the enclosing function unless it is OK.
#define ROLLCALL_RETURN_IF_ERROR(expr)                 \
  do {                                                 \
    const absl::Status rollcall_status = (expr);       \
    if (!rollcall_status.ok()) return rollcall_status; \
  } while (false)

// Assigns the value of a StatusOr, or returns its status.
#define ROLLCALL_ASSIGN_OR_RETURN(lhs, expr)                                  \
  ROLLCALL_ASSIGN_OR_RETURN_IMPL(ROLLCALL_CONCAT(rollcall_result_, __LINE__), \
                                 lhs, expr)
#define ROLLCALL_ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto result = (expr);                                   \
  if (!result.ok()) return result.status();               \
  lhs = *std::move(result)
