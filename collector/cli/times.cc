#include "collector/cli/times.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/proto_time.h"

namespace rollcall::cli {
namespace {

std::optional<absl::CivilDay> ParseDate(absl::string_view text) {
  absl::CivilDay day;
  // The round trip refuses what the parser forgives: spaces, a short year.
  if (!absl::ParseCivilTime(text, &day) || absl::FormatCivilTime(day) != text) {
    return std::nullopt;
  }
  return day;
}

}  // namespace

absl::Status ParseAsOf(absl::string_view text,
                       google::protobuf::Timestamp* time,
                       absl::string_view option) {
  if (const auto day = ParseDate(text); day.has_value()) {
    const absl::Time end = absl::FromCivil(*day + 1, absl::UTCTimeZone());
    *time = ToProto(end - absl::Microseconds(1));
    return absl::OkStatus();
  }
  absl::Time parsed;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &parsed, &error) ||
      parsed == absl::InfiniteFuture() || parsed == absl::InfinitePast()) {
    return absl::InvalidArgumentError(
        absl::StrCat(option, "=", text,
                     " is neither a date such as 2026-01-31 nor a time such as "
                     "2026-01-31T12:00:00Z"));
  }
  *time = ToProto(parsed);
  return absl::OkStatus();
}

std::string EmptyWords(absl::string_view as_of, absl::string_view now_words) {
  if (as_of.empty()) return std::string(now_words);
  return absl::StrCat("Nothing, by what the collector knew as of ", as_of, ".");
}

absl::Status CheckDate(absl::string_view option, absl::string_view text) {
  if (text.empty() || ParseDate(text).has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(option, "=", text, " is not a date such as 2026-01-31"));
}

}  // namespace rollcall::cli
