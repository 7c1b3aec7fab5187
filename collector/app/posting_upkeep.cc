#include "collector/app/posting_upkeep.h"

#include "common/clock.h"
#include "common/log.h"

namespace rollcall::collector {
namespace {

// Answers add what is not in the postings yet, so this bounds only their cost.
constexpr absl::Duration kCatchUpInterval = absl::Milliseconds(500);
constexpr absl::Duration kCheckInterval = absl::Minutes(1);

}  // namespace

absl::Time NextDaily(absl::Time now, absl::Duration at,
                     const absl::TimeZone& zone) {
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  const auto on = [&](absl::CivilDay day) {
    return absl::FromCivil(absl::CivilSecond(day) + absl::ToInt64Seconds(at),
                           zone);
  };
  const absl::Time due = on(today);
  return due > now ? due : on(today + 1);
}

void PostingUpkeep::Start() {
  next_check_ =
      NextDaily(SystemClock().Now(), check_at_, absl::LocalTimeZone());
  catcher_.emplace(kCatchUpInterval, [this] { CatchUp(); });
  checker_.emplace(kCheckInterval, [this] { CheckIfDue(); });
}

void PostingUpkeep::Stop() {
  stopping_ = true;
  checker_.reset();
  catcher_.reset();
}

void PostingUpkeep::CatchUp() {
  const auto taken = keeper_.CatchUp();
  if (taken.ok()) {
    stats_.changes_taken += static_cast<int64_t>(*taken);
    return;
  }
  ++stats_.failures;
  Log(LogLevel::kError, "postings could not be brought up to date",
      {{"error", taken.status().message()}});
}

void PostingUpkeep::CheckIfDue() {
  const absl::Time now = SystemClock().Now();
  if (now < next_check_) return;
  next_check_ = NextDaily(now, check_at_, absl::LocalTimeZone());
  const auto checks = CheckStore(engine_, keeper_, others_,
                                 [this] { return stopping_.load(); });
  if (!checks.ok()) return;  // it was stopped
  int64_t differences = 0;
  for (const v1::StoreCheck& check : *checks) {
    differences += check.difference_count();
    if (check.difference_count() == 0) continue;
    Log(LogLevel::kError, "the store does not agree with itself",
        {{"part", check.part()},
         {"differences", absl::StrCat(check.difference_count())},
         {"first", check.first_difference()}});
  }
  stats_.differences = differences;
  ++stats_.checks;
  Log(LogLevel::kInfo, "the store was checked",
      {{"differences", absl::StrCat(differences)}});
}

}  // namespace rollcall::collector
