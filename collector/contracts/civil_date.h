// Dates of contracts: days of the civil calendar, without a time zone. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace rollcall::collector {

// A day from 1990-01-01 to 2199-12-31. Ordered.
class CivilDate {
 public:
  // Exactly "YYYY-MM-DD". INVALID_ARGUMENT, with a message that says what would
  // be right, if it is written otherwise, no such day exists or it is out of
  // range.
  static absl::StatusOr<CivilDate> Parse(absl::string_view text);
  // The day that it is in UTC at `time`. REQUIRES: within the range above.
  static CivilDate InUtc(absl::Time time) {
    return CivilDate(absl::ToCivilDay(time, absl::UTCTimeZone()));
  }

  // The ordinal of 2199-12-31.
  static constexpr uint32_t kLastOrdinal = 76'701;
  // The day with an ordinal; nothing if there is none.
  static std::optional<CivilDate> FromOrdinal(uint32_t ordinal);

  // "YYYY-MM-DD".
  std::string ToString() const;
  // 1 for the first day, 2 for the next. Stored; never changes.
  uint32_t Ordinal() const;
  absl::CivilDay civil_day() const { return day_; }
  int year() const { return static_cast<int>(day_.year()); }
  // How many days this is after `other`; negative: before it.
  int DaysAfter(const CivilDate& other) const {
    return static_cast<int>(day_ - other.day_);
  }
  // The same day so many months later, or the last one of that month where it
  // has no such day; nothing if that is out of range.
  std::optional<CivilDate> PlusMonths(int months) const;
  // So many days later, or earlier; nothing if that is out of range.
  std::optional<CivilDate> Plus(int days) const;

  friend auto operator<=>(const CivilDate& a, const CivilDate& b) {
    return a.day_ - b.day_ <=> 0;
  }
  friend bool operator==(const CivilDate& a, const CivilDate& b) {
    return a.day_ == b.day_;
  }

 private:
  explicit CivilDate(absl::CivilDay day) : day_(day) {}
  absl::CivilDay day_;
};

inline void PrintTo(const CivilDate& date, std::ostream* os) {
  *os << date.ToString();
}

}  // namespace rollcall::collector
