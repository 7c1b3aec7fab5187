// Questions about alerts.
#pragma once

#include "absl/status/statusor.h"
#include "collector/alerts/alert_reader.h"
#include "common/clock.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::collector {

// Answers the questions of AlertService, whose comments say what they hold.
// Thread-safe; the arguments outlive it. Blocking.
class AlertQueries {
 public:
  AlertQueries(const AlertReader& reader, const Clock& clock)
      : reader_(reader), clock_(clock) {}

  absl::StatusOr<v1::ListAlertsResponse> ListAlerts(
      const v1::ListAlertsRequest& request) const;
  absl::StatusOr<v1::ExportCalendarResponse> ExportCalendar(
      const v1::ExportCalendarRequest& request) const;

 private:
  const AlertReader& reader_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
