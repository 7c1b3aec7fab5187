#include "collector/alerts/key_dates.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"

namespace rollcall::collector {
namespace {

const CivilDate& FirstDay() {
  static const CivilDate day = *CivilDate::FromOrdinal(1);
  return day;
}

const CivilDate& LastDay() {
  static const CivilDate day = *CivilDate::FromOrdinal(CivilDate::kLastOrdinal);
  return day;
}

}  // namespace

AlertId AlertIdOf(v1::Alert::Kind kind, absl::string_view subject_id,
                  const CivilDate& due) {
  return Sha256()
      .UpdateSized("rollcall alert")
      .UpdateUint32(static_cast<uint32_t>(kind))
      .UpdateSized(subject_id)
      .UpdateSized(due.ToString())
      .FinishAs<AlertId>();
}

CivilDate KeyDates::FirstDue() const {
  return on_.Plus(-settings_.overdue_days).value_or(FirstDay());
}

CivilDate KeyDates::LastDue() const {
  return on_.Plus(settings_.horizon_days).value_or(LastDay());
}

CivilDate KeyDates::FirstShown(const KeyDate& date, int horizon_days) {
  return date.shown_from.value_or(
      date.due.Plus(-horizon_days).value_or(FirstDay()));
}

v1::Alert* KeyDates::Add(const AlertSubject& subject, const KeyDate& date) {
  const CivilDate first = FirstShown(date, settings_.horizon_days);
  if (on_ < first || (!date.stays && date.due < FirstDue())) return nullptr;
  if (!settings_.Wants(date.kind) ||
      (!settings_.vendor.empty() &&
       !absl::EqualsIgnoreCase(settings_.vendor, subject.vendor))) {
    return nullptr;
  }
  const std::string id = AlertIdOf(date.kind, subject.id, date.due).ToHex();
  if (!absl::StartsWith(id, settings_.id_begin)) return nullptr;
  if (alerts_.size() == kMaxAlerts) {
    too_many_ = true;
    return nullptr;
  }
  v1::Alert& alert = alerts_.emplace_back();
  alert.set_alert_id(id);
  alert.set_kind(date.kind);
  alert.mutable_subject()->set_kind(subject.kind);
  alert.mutable_subject()->mutable_parts()->Assign(subject.parts.begin(),
                                                   subject.parts.end());
  alert.set_subject_id(subject.id);
  alert.set_vendor(subject.vendor);
  alert.set_contract_number(subject.contract_number);
  alert.set_due_date(date.due.ToString());
  alert.set_days_left(date.due.DaysAfter(on_));
  alert.set_first_shown_date(
      FirstShown(date,
                 settings_.told_horizon_days.value_or(settings_.horizon_days))
          .ToString());
  alert.set_action(date.action);
  return &alert;
}

absl::StatusOr<std::vector<v1::Alert>> KeyDates::Take() {
  if (too_many_) {
    return absl::FailedPreconditionError(
        absl::StrCat("there are more than ", kMaxAlerts,
                     " alerts; ask for fewer: of fewer days, kinds or "
                     "vendors"));
  }
  std::stable_sort(alerts_.begin(), alerts_.end(),
                   [](const v1::Alert& a, const v1::Alert& b) {
                     return std::tie(a.due_date(), a.alert_id()) <
                            std::tie(b.due_date(), b.alert_id());
                   });
  alerts_.erase(std::unique(alerts_.begin(), alerts_.end(),
                            [](const v1::Alert& a, const v1::Alert& b) {
                              return a.alert_id() == b.alert_id();
                            }),
                alerts_.end());
  return std::exchange(alerts_, {});
}

}  // namespace rollcall::collector
