#include "collector/app/posting_upkeep.h"

#include "gmock/gmock.h"

namespace rollcall::collector {
namespace {

absl::Time At(int day, int hour, int minute, const absl::TimeZone& zone) {
  return absl::FromCivil(absl::CivilSecond(2026, 3, day, hour, minute), zone);
}

TEST(NextDaily, IsLaterTodayOrElseTomorrow) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::Duration at = absl::Hours(2) + absl::Minutes(30);
  EXPECT_EQ(NextDaily(At(5, 1, 0, utc), at, utc), At(5, 2, 30, utc));
  EXPECT_EQ(NextDaily(At(5, 2, 30, utc), at, utc), At(6, 2, 30, utc));
  EXPECT_EQ(NextDaily(At(31, 23, 59, utc), at, utc),
            absl::FromCivil(absl::CivilSecond(2026, 4, 1, 2, 30), utc));
}

TEST(NextDaily, ADayThatSkipsTheHourStillHasOne) {
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  // On 29 March 2026 clocks go from 02:00 to 03:00.
  const absl::Time next = NextDaily(At(29, 0, 0, berlin),
                                    absl::Hours(2) + absl::Minutes(30), berlin);
  EXPECT_GT(next, At(29, 0, 0, berlin));
  EXPECT_LT(next, At(29, 4, 0, berlin));
  EXPECT_EQ(NextDaily(next, absl::Hours(2) + absl::Minutes(30), berlin),
            At(30, 2, 30, berlin));
}

}  // namespace
}  // namespace rollcall::collector
