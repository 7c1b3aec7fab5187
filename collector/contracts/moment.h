// When a question about contracts, and what rests on them, is about.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "collector/contracts/civil_date.h"
#include "collector/rpc/paging.h"
#include "collector/storage/as_of.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {

// Which contracts count, and what was known. All pages of an answer are of one
// moment: that of the first goes with the page tokens.
struct Moment {
  CivilDate effective_date;
  KnownStamp as_of;
  // What an answer states: asked as of it, the collector answers the same.
  absl::Time stated;
};

// The moment of the first page, by the request's fields; the default is today.
// INVALID_ARGUMENT if one is malformed.
absl::StatusOr<Moment> MakeMoment(const std::string& effective_date,
                                  KnownStamp as_of, absl::Time now);
// Of a later page. INVALID_ARGUMENT if the token holds none. Takes it out of
// `page`.
absl::StatusOr<Moment> TakeMoment(Page& page);
// Takes a moment that is open, or ahead of all, to what `reader` sees.
// DATA_LOSS, UNAVAILABLE as for Reader.
absl::Status Settle(const Reader& reader, Moment& moment);
// The cursor of a page that goes on after `after` at the same moment.
std::string CursorAt(const Moment& moment, absl::string_view after);

// Of this page of a request.
template <typename Request>
absl::StatusOr<Moment> MomentOf(const Request& request, absl::Time now,
                                Page& page) {
  if (!page.after.empty()) return TakeMoment(page);
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  return MakeMoment(request.effective_date(), as_of, now);
}

template <typename Response>
void SetMoment(const Moment& moment, Response& response) {
  response.set_effective_date(moment.effective_date.ToString());
  *response.mutable_as_of() = ToProto(moment.stated);
}

}  // namespace rollcall::collector
