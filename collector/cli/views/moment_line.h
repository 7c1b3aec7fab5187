// When an answer is for, of answers that have an effective_date and an as_of.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collector/cli/columns.h"
#include "collector/cli/values.h"

namespace rollcall::cli {

// "Position on 2026-12-31, as known at 2026-11-23T10:00:00.5Z" and a blank
// line; nothing where the answer does not say. The time is in full, so that
// asking as of it gives the same answer.
template <typename Response>
std::string MomentLine(absl::string_view what, const Response& response) {
  if (response.effective_date().empty()) return "";
  const std::string known = ExactTimeText(response.as_of());
  return absl::StrCat(what, " on ", response.effective_date(),
                      known.empty() ? "" : ", as known at ", known, "\n\n");
}

// The same in every line of a CSV.
template <typename Response>
std::vector<SharedColumn> MomentColumns(const Response& response) {
  return {{"effective_date", response.effective_date()},
          {"as_of", ExactTimeText(response.as_of())}};
}

}  // namespace rollcall::cli
