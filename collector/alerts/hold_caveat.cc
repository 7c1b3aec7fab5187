#include "collector/alerts/hold_caveat.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "collector/inventory/deletions.h"
#include "collector/inventory/history_horizon.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

std::string DevicesText(size_t count) {
  return absl::StrCat(count, count == 1 ? " device" : " devices");
}

// The first few, and how many more there are.
std::string UnrecognisedText(const std::vector<std::string>& products) {
  constexpr size_t kNamed = 3;
  const auto named =
      static_cast<std::ptrdiff_t>(std::min(kNamed, products.size()));
  return absl::StrCat(
      "no rule recognises ",
      absl::StrJoin(products.begin(), products.begin() + named, ", "),
      products.size() > kNamed
          ? absl::StrCat(" and ", products.size() - kNamed, " more")
          : "",
      "; add one to the collector's rules (--rules), or name in the audit what "
      "a rule names");
}

// Why not all since the notice is kept.
absl::Status AddWhatIsGone(const Fleet& fleet, const CivilDate& notice_day,
                           std::vector<std::string>& caveats) {
  const absl::Time notice =
      absl::FromCivil(notice_day.civil_day(), absl::UTCTimeZone());
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp horizon,
                            FleetHistoryHorizon(fleet.reader()));
  if (horizon.time() > notice) {
    caveats.push_back(absl::StrCat(
        "what devices had is not kept from before ",
        absl::FormatTime("%Y-%m-%d", horizon.time(), absl::UTCTimeZone())));
  }
  const absl::Status deleted =
      CheckNothingDeletedSince(fleet.reader(), KnownStamp::AtEndOf(notice));
  if (!absl::IsFailedPrecondition(deleted)) return deleted;
  caveats.emplace_back("devices were deleted since the notice");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> HoldCaveat(const Fleet& fleet,
                                       const HoldGaps& gaps) {
  if (gaps.is_nothing_recognised) {
    return absl::StrCat("It cannot be told what was installed or removed: ",
                        UnrecognisedText(gaps.unrecognised));
  }
  std::vector<std::string> caveats;
  ROLLCALL_RETURN_IF_ERROR(AddWhatIsGone(fleet, gaps.notice, caveats));
  if (gaps.turned_devices > 0) {
    caveats.push_back(
        absl::StrCat("the software of ", DevicesText(gaps.turned_devices),
                     " came or went as a whole, so it cannot be told what of "
                     "it was installed or removed"));
  }
  if (gaps.new_devices > 0) {
    caveats.push_back(
        absl::StrCat(DevicesText(gaps.new_devices),
                     gaps.new_devices == 1 ? " with it was" : " with it were",
                     " first heard of since the notice, so it cannot be told "
                     "when it was installed there"));
  }
  if (gaps.most_changes > 0) {
    caveats.push_back(absl::StrCat("only ", gaps.most_changes,
                                   " changes of devices were looked at"));
  }
  if (!gaps.unrecognised.empty()) {
    caveats.push_back(UnrecognisedText(gaps.unrecognised));
  }
  if (caveats.empty()) return std::string();
  return absl::StrCat("There may be more: ", absl::StrJoin(caveats, "; "));
}

}  // namespace rollcall::collector
