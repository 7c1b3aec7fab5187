#include "collector/contracts/civil_date.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rollcall::collector {
namespace {

constexpr int kFirstYear = 1990;
constexpr int kLastYear = 2199;
// The form: 'd' is a digit.
constexpr absl::string_view kForm = "dddd-dd-dd";

bool HasForm(absl::string_view text) {
  if (text.size() != kForm.size()) return false;
  for (size_t i = 0; i < kForm.size(); ++i) {
    const bool fits =
        kForm[i] == 'd'
            ? absl::ascii_isdigit(static_cast<unsigned char>(text[i]))
            : text[i] == kForm[i];
    if (!fits) return false;
  }
  return true;
}

// REQUIRES: `digits` are at most 4 digits.
int Number(absl::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

absl::StatusOr<CivilDate> CivilDate::Parse(absl::string_view text) {
  if (!HasForm(text)) {
    return absl::InvalidArgumentError(
        "write the date as year-month-day, for example 2026-01-31");
  }
  const int year = Number(text.substr(0, 4));
  const int month = Number(text.substr(5, 2));
  const int day = Number(text.substr(8, 2));
  if (year < kFirstYear || year > kLastYear) {
    return absl::InvalidArgumentError(
        absl::StrCat("the year must be from ", kFirstYear, " to ", kLastYear));
  }
  const absl::CivilDay civil(year, month, day);
  if (civil.month() != month || civil.day() != day) {
    return absl::InvalidArgumentError("the calendar has no such day");
  }
  return CivilDate(civil);
}

std::optional<CivilDate> CivilDate::FromOrdinal(uint32_t ordinal) {
  const CivilDate first{absl::CivilDay(kFirstYear, 1, 1)};
  if (ordinal < 1 || ordinal > kLastOrdinal) return std::nullopt;
  return first.Plus(static_cast<int>(ordinal) - 1);
}

uint32_t CivilDate::Ordinal() const {
  return static_cast<uint32_t>(day_ - absl::CivilDay(kFirstYear, 1, 1)) + 1;
}

std::optional<CivilDate> CivilDate::Plus(int days) const {
  const absl::CivilDay day = day_ + days;
  if (day.year() < kFirstYear || day.year() > kLastYear) return std::nullopt;
  return CivilDate(day);
}

std::optional<CivilDate> CivilDate::PlusMonths(int months) const {
  const absl::CivilMonth month = absl::CivilMonth(day_) + months;
  if (month.year() < kFirstYear || month.year() > kLastYear) {
    return std::nullopt;
  }
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return CivilDate(std::min(absl::CivilDay(month) + (day_.day() - 1), last));
}

std::string CivilDate::ToString() const {
  return absl::StrFormat("%04d-%02d-%02d", day_.year(), day_.month(),
                         day_.day());
}

}  // namespace rollcall::collector
