#include "collector/app/history_option.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxClassBytes = 64;

absl::Status Refuse(absl::string_view argument, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(EscapeForTerminal(argument), " ", why));
}

absl::StatusOr<absl::Duration> ParseDays(absl::string_view argument,
                                         absl::string_view days,
                                         int most_days) {
  int number = 0;
  if (absl::SimpleAtoi(days, &number) && number >= 0 && number <= most_days) {
    return number * absl::Hours(24);
  }
  return Refuse(
      argument,
      absl::StrCat("does not end in a number of days from 0 to ", most_days));
}

}  // namespace

absl::StatusOr<HistoryKeeping> ParseHistoryKeeping(
    const std::vector<std::string>& arguments, int most_days) {
  HistoryKeeping keeping;
  bool usual_given = false;
  for (const std::string& argument : arguments) {
    const absl::string_view text = argument;
    const size_t equals = text.rfind('=');
    const bool is_usual = equals == absl::string_view::npos;
    ROLLCALL_ASSIGN_OR_RETURN(
        const absl::Duration kept,
        ParseDays(text, is_usual ? text : text.substr(equals + 1), most_days));
    if (is_usual) {
      if (std::exchange(usual_given, true)) {
        return Refuse(text, "comes after a number without a device class");
      }
      keeping.usual = kept;
      continue;
    }
    const absl::string_view name = text.substr(0, equals);
    if (name.empty() || name.size() > kMaxClassBytes || !IsValidUtf8(name)) {
      return Refuse(text, "names no device class of 1 to 64 bytes of UTF-8");
    }
    if (!keeping.by_class.emplace(std::string(name), kept).second) {
      return Refuse(text, "names a device class again");
    }
  }
  return keeping;
}

}  // namespace rollcall::collector
