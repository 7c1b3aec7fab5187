#include "collector/alerts/alert_queries.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/alerts/calendar_file.h"
#include "collector/reconcile/moment.h"
#include "collector/rpc/paging.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Clients of gRPC refuse messages of more than 4 MiB unless told otherwise.
constexpr size_t kMaxCalendarBytes = 3 << 20;

// Where a listing stands.
std::string CursorOfAlert(const v1::Alert& alert) {
  return absl::StrCat(alert.due_date(), alert.alert_id());
}

}  // namespace

absl::StatusOr<v1::ListAlertsResponse> AlertQueries::ListAlerts(
    const v1::ListAlertsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const AlertChoice choice,
                            ReadAlertFilter(request.filter()));
  ROLLCALL_ASSIGN_OR_RETURN(Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(Moment moment,
                            MomentOf(request, clock_.Now(), page));
  Fleet fleet(reader_.sources().fleet, moment.as_of);
  ROLLCALL_RETURN_IF_ERROR(Settle(fleet.reader(), moment));
  ROLLCALL_ASSIGN_OR_RETURN(auto alerts,
                            reader_.Read(fleet, moment.effective_date, choice));
  DropAcknowledged(choice, alerts);
  v1::ListAlertsResponse response;
  SetMoment(moment, response);
  response.set_total_count(static_cast<int32_t>(alerts.size()));
  PageRoom room(page);
  for (v1::Alert& alert : alerts) {
    if (CursorOfAlert(alert) <= page.after) continue;
    if (!room.Takes(alert.ByteSizeLong())) {
      const std::string last = CursorOfAlert(*response.alerts().rbegin());
      response.set_next_page_token(page.TokenAfter(CursorAt(moment, last)));
      break;
    }
    *response.add_alerts() = std::move(alert);
  }
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
  Fleet fleet(reader_.sources().fleet, moment.as_of);
  ROLLCALL_ASSIGN_OR_RETURN(auto alerts,
                            reader_.Read(fleet, moment.effective_date, choice));
  DropAcknowledged(choice, alerts);
  v1::ExportCalendarResponse response;
  response.set_content(CalendarOf(alerts, clock_.Now()));
  if (response.content().size() > kMaxCalendarBytes) {
    return absl::FailedPreconditionError(
        absl::StrCat("there are ", alerts.size(),
                     " alerts, which do not fit into a calendar "
                     "of ",
                     kMaxCalendarBytes >> 20,
                     " MiB; ask for fewer by horizon_days, kinds or vendor"));
  }
  response.set_event_count(static_cast<int32_t>(alerts.size()));
  return response;
}

}  // namespace rollcall::collector
