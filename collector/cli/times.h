// Times and dates as arguments.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/timestamp.pb.h"

namespace rollcall::cli {

// For --help.
inline constexpr absl::string_view kAsOfHelp =
    "As the collector knew it then: a date (its end, UTC) or a time such as "
    "2026-01-31T12:00:00Z; default: now";

inline constexpr absl::string_view kDateHelp =
    "The date whose contracts in term count, for example 2026-12-31; default: "
    "today, UTC";

// Reads a date (its end, UTC) or an RFC 3339 time. INVALID_ARGUMENT, naming
// `option`, for neither.
absl::Status ParseAsOf(absl::string_view text,
                       google::protobuf::Timestamp* time,
                       absl::string_view option = "--as-of");

// Reads --as-of, or another option, into a request's field; leaves it unset for
// an empty text.
template <typename Request>
absl::Status SetAsOf(absl::string_view text, Request& request,
                     absl::string_view option = "--as-of") {
  if (text.empty()) return absl::OkStatus();
  return ParseAsOf(text, request.mutable_as_of(), option);
}

// What an empty answer is told with: `now_words`, unless --as-of asked what was
// known at another time, where no advice for now helps.
std::string EmptyWords(absl::string_view as_of, absl::string_view now_words);

// OK for an empty text or a civil date of the form 2026-01-31, else
// INVALID_ARGUMENT naming `option`.
absl::Status CheckDate(absl::string_view option, absl::string_view text);

}  // namespace rollcall::cli
