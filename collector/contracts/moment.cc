#include "collector/contracts/moment.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collector/storage/key.h"
#include "collector/storage/newest_stamp.h"

namespace rollcall::collector {
namespace {

// In a cursor: the date as text, the stamp, then where to go on.
constexpr size_t kDateBytes = 10;
constexpr size_t kMomentBytes = kDateBytes + sizeof(uint64_t);

}  // namespace

absl::StatusOr<Moment> MakeMoment(const std::string& effective_date,
                                  KnownStamp as_of, absl::Time now) {
  Moment moment{CivilDate::InUtc(now), as_of, now};
  if (!effective_date.empty()) {
    const auto date = CivilDate::Parse(effective_date);
    if (!date.ok()) return Annotate(date.status(), "effective_date");
    moment.effective_date = *date;
  }
  return moment;
}

absl::StatusOr<Moment> TakeMoment(Page& page) {
  const absl::string_view cursor = page.after;
  const auto date = CivilDate::Parse(cursor.substr(0, kDateBytes));
  if (!date.ok() || cursor.size() <= kMomentBytes) {
    return absl::InvalidArgumentError(
        "page_token is malformed; use next_page_token as it was given");
  }
  KeyReader reader(cursor.substr(kDateBytes, sizeof(uint64_t)));
  const KnownStamp as_of = reader.Stamp();
  page.after.erase(0, kMomentBytes);
  return Moment{*date, as_of, as_of.time()};
}

absl::Status Settle(const Reader& reader, Moment& moment) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto newest, NewestStamp(reader));
  // Without a change there is nothing that a later time would tell.
  if (!newest.has_value()) return absl::OkStatus();
  moment.as_of = std::min(moment.as_of, *newest);
  moment.stated = moment.as_of.time();
  return absl::OkStatus();
}

std::string CursorAt(const Moment& moment, absl::string_view after) {
  return absl::StrCat(moment.effective_date.ToString(),
                      KeyWriter().Stamp(moment.as_of).Take(), after);
}

}  // namespace rollcall::collector
