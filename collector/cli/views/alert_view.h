// Alerts as tables, CSV and lines. Pure.
#pragma once

#include <string>

#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::cli {

// A line an alert; the table is fitted to `width`, and empty if there is none.
// Under it stand the changes of products under audit, caveats, and as of when
// to acknowledge what is listed.
std::string AlertsTable(const v1::ListAlertsResponse& response, int width);
std::string AlertsCsv(const v1::ListAlertsResponse& response);

// What was acknowledged, in a line; `width` is not needed.
std::string AcknowledgedText(const v1::AcknowledgeAlertResponse& response,
                             int width);
std::string AcknowledgedCsv(const v1::AcknowledgeAlertResponse& response);

// What was taken back, in a line; `width` is not needed.
std::string RevokedText(const v1::RevokeAcknowledgementResponse& response,
                        int width);
std::string RevokedCsv(const v1::RevokeAcknowledgementResponse& response);

// A line a renewal, and under them how many there were; the table is fitted to
// `width`, and empty if there is none.
std::string RenewalsTable(const v1::ListRenewalsResponse& response, int width);
std::string RenewalsCsv(const v1::ListRenewalsResponse& response);

// Something that became of an alert, in one line.
std::string WatchLine(const v1::WatchAlertsResponse& event);
// The same as a line of CSV, and the header of such lines.
std::string WatchCsvLine(const v1::WatchAlertsResponse& event);
std::string WatchCsvHeader();

}  // namespace rollcall::cli
