// Alerts as a file for calendars. Pure.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

// An iCalendar file (RFC 5545) with an all-day event for each alert, in their
// order. DTSTAMP is `stamp`. It reminds 14 days before the day, or from when
// the alert is shown where that is later. An alert without a due date has no
// event.
//
// The UID is the id of what the alert is about and the number of its kind, each
// once in the alerts of a day, so that an event moves with its day. Where an
// object may have several of a kind it is the alert's id, which is another one
// when the day moves.
std::string CalendarOf(absl::Span<const v1::Alert> alerts, absl::Time stamp);

}  // namespace rollcall::collector
