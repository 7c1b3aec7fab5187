#include "collector/cli/views/alert_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "collector/cli/views/device_view.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

using v1::Alert;
using v1::HeldProductChange;

constexpr size_t kShownIdDigits = 12;

std::string Subject(const Alert& alert) {
  return absl::StrJoin(alert.subject().parts(), " / ");
}

std::string DaysText(const Alert& alert) {
  if (alert.days_left() == 0) return "today";
  if (alert.days_left() > 0) return absl::StrCat(alert.days_left());
  return absl::StrCat(-static_cast<int64_t>(alert.days_left()), " over");
}

std::string InHand(const Alert& alert) {
  if (!alert.has_acknowledgement()) return "";
  return absl::StrCat("until ", alert.acknowledgement().until_date(), " by ",
                      alert.acknowledgement().principal());
}

constexpr Column<Alert> kAlertColumns[] = {
    {"DUE", "due_date", Align::kKey,
     [](const Alert& a) { return a.due_date(); }},
    {"DAYS LEFT", nullptr, Align::kRight, DaysText},
    {nullptr, "days_left", Align::kRight,
     [](const Alert& a) { return absl::StrCat(a.days_left()); }},
    {"WHAT", "kind", Align::kKey,
     [](const Alert& a) { return EnumWord(a.kind()); }},
    {"CONTRACT", "contract_number", Align::kKey,
     [](const Alert& a) { return a.contract_number(); }},
    {"ABOUT", nullptr, Align::kLeft,
     [](const Alert& a) {
       return Subject(a) == a.contract_number() ? "" : Subject(a);
     }},
    {nullptr, "subject_kind", Align::kLeft,
     [](const Alert& a) { return EnumWord(a.subject().kind()); }},
    {nullptr, "subject", Align::kLeft, Subject},
    {nullptr, "subject_id", Align::kLeft,
     [](const Alert& a) { return a.subject_id(); }},
    {"VENDOR", "vendor", Align::kLeft,
     [](const Alert& a) { return a.vendor(); }},
    {"ID", nullptr, Align::kKey,
     [](const Alert& a) { return a.alert_id().substr(0, kShownIdDigits); }},
    {nullptr, "alert_id", Align::kLeft,
     [](const Alert& a) { return a.alert_id(); }},
    {nullptr, "first_shown_date", Align::kLeft,
     [](const Alert& a) { return a.first_shown_date(); }},
    {nullptr, "device_count", Align::kRight,
     [](const Alert& a) {
       return a.has_device_count() ? absl::StrCat(a.device_count()) : "";
     }},
    {"IN HAND", nullptr, Align::kLeft, InHand},
    {nullptr, "acknowledged_until", Align::kLeft,
     [](const Alert& a) { return a.acknowledgement().until_date(); }},
    {nullptr, "acknowledged_by", Align::kLeft,
     [](const Alert& a) { return a.acknowledgement().principal(); }},
    {nullptr, "acknowledgement_note", Align::kLeft,
     [](const Alert& a) { return a.acknowledgement().note(); }},
    {nullptr, "caveat", Align::kLeft,
     [](const Alert& a) { return a.caveat(); }},
    {"WHAT TO DO", "action", Align::kWrap,
     [](const Alert& a) { return a.action(); }},
};

constexpr Column<HeldProductChange> kHeldColumns[] = {
    {"WHEN", nullptr, Align::kKey,
     [](const HeldProductChange& c) { return TimeText(c.known_time()); }},
    {"WHAT", nullptr, Align::kKey,
     [](const HeldProductChange& c) { return EnumWord(c.kind()); }},
    {"PRODUCT", nullptr, Align::kLeft,
     [](const HeldProductChange& c) { return c.product(); }},
    {"DEVICE", nullptr, Align::kKey,
     [](const HeldProductChange& c) { return ShortId(c.device_id()); }},
    {"HOST", nullptr, Align::kLeft,
     [](const HeldProductChange& c) { return c.hostname(); }},
    {"PACKAGE", nullptr, Align::kLeft,
     [](const HeldProductChange& c) { return c.package(); }},
};

std::string CaveatText(const Alert& alert) {
  if (alert.caveat().empty()) return "";
  return EscapeForTerminal(absl::StrCat(EnumWord(alert.kind()), " of ",
                                        Subject(alert), ": ", alert.caveat(),
                                        ".")) +
         "\n";
}

std::string HeldText(const Alert& alert, int width) {
  if (alert.held_changes().empty()) return "";
  return absl::StrCat(
      "\n", EscapeForTerminal(absl::StrCat("Under audit ", Subject(alert))),
      ":\n",
      RenderTable(
          WithoutEmptyColumns(ToTable(kHeldColumns, alert.held_changes())),
          width));
}

constexpr Column<v1::Renewal> kRenewalColumns[] = {
    {"AGREED", "agreed_date", Align::kKey,
     [](const v1::Renewal& r) { return r.agreed_date(); }},
    {"CONTRACT", "contract_number", Align::kKey,
     [](const v1::Renewal& r) { return r.contract_number(); }},
    {nullptr, "contract_id", Align::kLeft,
     [](const v1::Renewal& r) { return r.contract_id(); }},
    {"VENDOR", "vendor", Align::kLeft,
     [](const v1::Renewal& r) { return r.vendor(); }},
    {"ENDED", "end_date_before", Align::kKey,
     [](const v1::Renewal& r) { return r.end_date_before(); }},
    {"ENDS", "end_date_after", Align::kKey,
     [](const v1::Renewal& r) {
       return r.has_end_date_after() ? r.end_date_after() : "";
     }},
    {"DAYS BEFORE THE END", "lead_days", Align::kRight,
     [](const v1::Renewal& r) { return absl::StrCat(r.lead_days()); }},
    {"CHANGE-SET", nullptr, Align::kKey,
     [](const v1::Renewal& r) {
       return r.change_set_id().substr(0, kShownIdDigits);
     }},
    {nullptr, "change_set_id", Align::kLeft,
     [](const v1::Renewal& r) { return r.change_set_id(); }},
};

struct WatchRow {
  std::string change;
  const Alert* alert;
};

constexpr Column<WatchRow> kWatchColumns[] = {
    {nullptr, "change", Align::kLeft,
     [](const WatchRow& r) { return r.change; }},
    {nullptr, "alert_id", Align::kLeft,
     [](const WatchRow& r) { return r.alert->alert_id(); }},
    {nullptr, "due_date", Align::kLeft,
     [](const WatchRow& r) { return r.alert->due_date(); }},
    {nullptr, "kind", Align::kLeft,
     [](const WatchRow& r) { return EnumWord(r.alert->kind()); }},
    {nullptr, "contract_number", Align::kLeft,
     [](const WatchRow& r) { return r.alert->contract_number(); }},
    {nullptr, "subject", Align::kLeft,
     [](const WatchRow& r) { return Subject(*r.alert); }},
    {nullptr, "vendor", Align::kLeft,
     [](const WatchRow& r) { return r.alert->vendor(); }},
    {nullptr, "action", Align::kLeft,
     [](const WatchRow& r) { return r.alert->action(); }},
};

}  // namespace

std::string AlertsTable(const v1::ListAlertsResponse& response, int width) {
  if (response.alerts().empty()) return "";
  std::string text = absl::StrCat(
      "Alerts on ", response.effective_date(), "\n\n",
      RenderTable(
          WithoutEmptyColumns(ToTable(kAlertColumns, response.alerts())),
          width));
  for (const Alert& alert : response.alerts()) {
    absl::StrAppend(&text, HeldText(alert, width));
  }
  std::string caveats;
  for (const Alert& alert : response.alerts()) {
    absl::StrAppend(&caveats, CaveatText(alert));
  }
  if (!caveats.empty()) absl::StrAppend(&text, "\n", caveats);
  if (response.has_as_of()) {
    absl::StrAppend(&text, "\nTo acknowledge: --as-of=",
                    ExactTimeText(response.as_of()), "\n");
  }
  return text;
}

std::string AlertsCsv(const v1::ListAlertsResponse& response) {
  return ToCsv(kAlertColumns, response.alerts(),
               {{"effective_date", response.effective_date()}});
}

std::string AcknowledgedText(const v1::AcknowledgeAlertResponse& response,
                             int /*width*/) {
  const Alert& alert = response.alert();
  return EscapeForTerminal(absl::StrCat(
             EnumWord(alert.kind()), " of ", Subject(alert), ", due ",
             alert.due_date(), ", is in hand ", InHand(alert), ".")) +
         "\n";
}

std::string AcknowledgedCsv(const v1::AcknowledgeAlertResponse& response) {
  return ToCsv(kAlertColumns, std::vector<Alert>{response.alert()});
}

std::string RevokedText(const v1::RevokeAcknowledgementResponse& response,
                        int /*width*/) {
  return EscapeForTerminal(absl::StrCat(
             "Alert ", response.alert_id().substr(0, kShownIdDigits),
             " is not in hand any more; it was, by ",
             response.acknowledgement().principal(), ", until ",
             response.acknowledgement().until_date(), ".")) +
         "\n";
}

std::string RevokedCsv(const v1::RevokeAcknowledgementResponse& response) {
  using Response = v1::RevokeAcknowledgementResponse;
  static constexpr Column<Response> kRevoked[] = {
      {nullptr, "alert_id", Align::kLeft,
       [](const Response& r) { return r.alert_id(); }},
      {nullptr, "acknowledged_by", Align::kLeft,
       [](const Response& r) { return r.acknowledgement().principal(); }},
      {nullptr, "acknowledged_until", Align::kLeft,
       [](const Response& r) { return r.acknowledgement().until_date(); }},
  };
  return ToCsv(kRevoked, std::vector<Response>{response});
}

std::string RenewalsTable(const v1::ListRenewalsResponse& response, int width) {
  if (response.renewals().empty()) return "";
  return absl::StrCat(
      RenderTable(ToTable(kRenewalColumns, response.renewals()), width), "\n",
      CountText(response.renewal_count(), "renewal", "renewals"), " from ",
      response.first_date(), " to ", response.last_date(), ", ",
      response.late_count(), " of them after the end; the median is ",
      response.median_lead_days(), " days before it.\n");
}

std::string RenewalsCsv(const v1::ListRenewalsResponse& response) {
  return ToCsv(kRenewalColumns, response.renewals());
}

std::string WatchLine(const v1::WatchAlertsResponse& event) {
  if (event.change() == v1::WatchAlertsResponse::CHANGE_INITIAL_END) {
    return "These are all; what becomes of them follows.\n";
  }
  const Alert& alert = event.alert();
  std::string line = absl::StrCat(EnumWord(event.change()), "  ",
                                  alert.alert_id().substr(0, kShownIdDigits));
  if (event.change() != v1::WatchAlertsResponse::CHANGE_GONE) {
    absl::StrAppend(
        &line, "  ", alert.due_date(), "  ", EnumWord(alert.kind()), " of ",
        Subject(alert), ": ",
        alert.has_acknowledgement() ? InHand(alert) : alert.action());
  }
  return EscapeForTerminal(line) + "\n";
}

std::string WatchCsvHeader() {
  return ToCsv(kWatchColumns, std::vector<WatchRow>());
}

std::string WatchCsvLine(const v1::WatchAlertsResponse& event) {
  const std::string csv =
      ToCsv(kWatchColumns,
            std::vector<WatchRow>{{EnumWord(event.change()), &event.alert()}});
  return csv.substr(csv.find('\n') + 1);
}

}  // namespace rollcall::cli
