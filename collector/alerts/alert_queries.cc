#include "collector/alerts/alert_queries.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/alerts/calendar_file.h"
#include "collector/contracts/moment.h"
#include "collector/rpc/paging.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Clients of gRPC refuse messages of more than 4 MiB unless told otherwise.
constexpr size_t kMaxCalendarBytes = 3 << 20;
// Of an event, so that what cannot fit is not written first.
constexpr size_t kLeastEventBytes = 200;

absl::Status TooLarge(size_t alerts) {
  return absl::FailedPreconditionError(absl::StrCat(
      "there are ", alerts, " alerts, which do not fit into a calendar of ",
      kMaxCalendarBytes >> 20,
      " MiB; ask for fewer: of fewer days, kinds or vendors"));
}

// Where a listing stands.
std::string CursorOfAlert(const v1::Alert& alert) {
  return absl::StrCat(alert.due_date(), alert.alert_id());
}

// As CursorOfAlert orders them; all are after an empty cursor.
bool IsAfter(const v1::Alert& alert, absl::string_view cursor) {
  const absl::string_view due = cursor.substr(0, alert.due_date().size());
  return alert.due_date() != due ? alert.due_date() > due
                                 : alert.alert_id() > cursor.substr(due.size());
}

}  // namespace

absl::StatusOr<v1::ListAlertsResponse> AlertQueries::ListAlerts(
    const v1::ListAlertsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const AlertChoice choice,
                            ReadAlertFilter(request.filter()));
  ROLLCALL_ASSIGN_OR_RETURN(Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(Moment moment,
                            MomentOf(request, clock_.Now(), page));
  AlertMoment facts(reader_.sources(), moment.as_of, moment.effective_date);
  ROLLCALL_RETURN_IF_ERROR(Settle(facts.reader(), moment));
  ROLLCALL_ASSIGN_OR_RETURN(const AlertReader::Alerts alerts,
                            reader_.Read(facts, choice.settings));
  v1::ListAlertsResponse response;
  SetMoment(moment, response);
  int32_t total = 0;
  PageRoom room(page);
  for (const v1::Alert& alert : *alerts) {
    if (!choice.Shows(alert)) continue;
    ++total;
    if (!response.next_page_token().empty() || !IsAfter(alert, page.after)) {
      continue;
    }
    if (room.Takes(alert.ByteSizeLong())) {
      *response.add_alerts() = alert;
    } else {
      const std::string last = CursorOfAlert(*response.alerts().rbegin());
      response.set_next_page_token(page.TokenAfter(CursorAt(moment, last)));
    }
  }
  response.set_total_count(total);
  return response;
}

absl::StatusOr<v1::ExportCalendarResponse> AlertQueries::ExportCalendar(
    const v1::ExportCalendarRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const AlertChoice choice,
                            ReadAlertFilter(request.filter()));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  ROLLCALL_ASSIGN_OR_RETURN(
      const Moment moment,
      MakeMoment(request.effective_date(), as_of, clock_.Now()));
  AlertMoment facts(reader_.sources(), moment.as_of, moment.effective_date);
  ROLLCALL_ASSIGN_OR_RETURN(const AlertReader::Alerts all,
                            reader_.Read(facts, choice.settings));
  std::vector<v1::Alert> alerts;
  std::copy_if(
      all->begin(), all->end(), std::back_inserter(alerts),
      [&choice](const v1::Alert& alert) { return choice.Shows(alert); });
  if (alerts.size() > kMaxCalendarBytes / kLeastEventBytes) {
    return TooLarge(alerts.size());
  }
  v1::ExportCalendarResponse response;
  response.set_content(CalendarOf(alerts, clock_.Now()));
  if (response.content().size() > kMaxCalendarBytes) {
    return TooLarge(alerts.size());
  }
  response.set_event_count(static_cast<int32_t>(alerts.size()));
  return response;
}

}  // namespace rollcall::collector
