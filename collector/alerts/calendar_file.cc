#include "collector/alerts/calendar_file.h"

#include <libical/ical.h>

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "collector/contracts/civil_date.h"
#include "common/text.h"
#include "common/version.h"

namespace rollcall::collector {
namespace {

constexpr int kRemindDays = 14;
constexpr int kSecondsADay = 86'400;

struct ComponentDeleter {
  void operator()(icalcomponent* component) const {
    icalcomponent_free(component);
  }
};
using Component = std::unique_ptr<icalcomponent, ComponentDeleter>;

// libical escapes what RFC 5545 gives a meaning; control characters have none.
std::string Plain(absl::string_view text) {
  std::string plain = ToValidUtf8(text);
  for (char& c : plain) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\n') {
      c = ' ';
    }
  }
  return plain;
}

// "Audit hold", from KIND_AUDIT_HOLD.
std::string KindText(v1::Alert::Kind kind) {
  std::string text = absl::AsciiStrToLower(v1::Alert::Kind_Name(kind));
  text = absl::StrReplaceAll(text.substr(text.find('_') + 1), {{"_", " "}});
  if (!text.empty()) {
    text[0] = absl::ascii_toupper(static_cast<unsigned char>(text[0]));
  }
  return text;
}

std::string SummaryOf(const v1::Alert& alert) {
  return absl::StrCat(KindText(alert.kind()), ": ",
                      absl::StrJoin(alert.subject().parts(), " / "));
}

// Whether an object may have several of the kind, which nothing but their days
// tells apart.
bool MayBeSeveral(const v1::Alert& alert) {
  switch (alert.kind()) {
    case v1::Alert::KIND_TRUE_UP_REPORT:
    case v1::Alert::KIND_TRUE_UP:
    case v1::Alert::KIND_TRUE_UP_ORDER:
      return true;
    // Of a line of maintenance: its own end, and the one that it states.
    case v1::Alert::KIND_MAINTENANCE_END:
      return alert.subject().kind() == v1::CONTRACT_OBJECT_KIND_ENTITLEMENT;
    default:
      return false;
  }
}

// Without the day where it can be: then an event moves with its day.
std::string UidOf(const v1::Alert& alert) {
  if (MayBeSeveral(alert)) return alert.alert_id();
  return absl::StrCat(alert.subject_id(), "-", static_cast<int>(alert.kind()));
}

std::string DescriptionOf(const v1::Alert& alert) {
  std::string text =
      absl::StrCat(alert.action(), ".\nVendor: ", alert.vendor());
  if (!alert.contract_number().empty()) {
    absl::StrAppend(&text, "\nContract: ", alert.contract_number());
  }
  if (!alert.caveat().empty()) absl::StrAppend(&text, "\n", alert.caveat());
  if (alert.has_acknowledgement()) {
    absl::StrAppend(&text, "\nIn hand: ", alert.acknowledgement().principal(),
                    ", up to ", alert.acknowledgement().until_date(), ". ",
                    alert.acknowledgement().note());
  }
  return text;
}

icaltimetype DateOf(const CivilDate& day) {
  icaltimetype date = icaltime_null_time();
  date.year = static_cast<int>(day.civil_day().year());
  date.month = day.civil_day().month();
  date.day = day.civil_day().day();
  date.is_date = 1;
  return date;
}

icaltimetype StampOf(absl::Time time) {
  const absl::CivilSecond utc = absl::ToCivilSecond(time, absl::UTCTimeZone());
  icaltimetype stamp = icaltime_null_time();
  stamp.year = static_cast<int>(utc.year());
  stamp.month = utc.month();
  stamp.day = utc.day();
  stamp.hour = utc.hour();
  stamp.minute = utc.minute();
  stamp.second = utc.second();
  stamp.zone = icaltimezone_get_utc_timezone();
  return stamp;
}

Component ReminderOf(const v1::Alert& alert, const CivilDate& due) {
  const auto shown = CivilDate::Parse(alert.first_shown_date());
  const int shown_days = shown.ok() ? due.DaysAfter(*shown) : kRemindDays;
  const int days = std::clamp(shown_days, 0, kRemindDays);
  Component reminder(icalcomponent_new(ICAL_VALARM_COMPONENT));
  icaltriggertype trigger;
  trigger.time = icaltime_null_time();
  trigger.duration = icaldurationtype_from_int(-days * kSecondsADay);
  icalcomponent_add_property(reminder.get(),
                             icalproperty_new_action(ICAL_ACTION_DISPLAY));
  icalcomponent_add_property(reminder.get(), icalproperty_new_trigger(trigger));
  icalcomponent_add_property(
      reminder.get(),
      icalproperty_new_description(Plain(SummaryOf(alert)).c_str()));
  return reminder;
}

Component EventOf(const v1::Alert& alert, const CivilDate& due,
                  icaltimetype stamp) {
  Component event(icalcomponent_new(ICAL_VEVENT_COMPONENT));
  const auto add = [&event](icalproperty* property) {
    icalcomponent_add_property(event.get(), property);
  };
  add(icalproperty_new_uid(Plain(UidOf(alert)).c_str()));
  add(icalproperty_new_dtstamp(stamp));
  // A date without an end lasts that day (RFC 5545, 3.6.1).
  add(icalproperty_new_dtstart(DateOf(due)));
  add(icalproperty_new_summary(Plain(SummaryOf(alert)).c_str()));
  add(icalproperty_new_description(Plain(DescriptionOf(alert)).c_str()));
  add(icalproperty_new_categories(KindText(alert.kind()).c_str()));
  // A day to remember keeps nobody busy.
  add(icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
  icalcomponent_add_component(event.get(), ReminderOf(alert, due).release());
  return event;
}

}  // namespace

std::string CalendarOf(absl::Span<const v1::Alert> alerts, absl::Time stamp) {
  Component calendar(icalcomponent_new(ICAL_VCALENDAR_COMPONENT));
  icalcomponent_add_property(calendar.get(), icalproperty_new_version("2.0"));
  icalcomponent_add_property(
      calendar.get(),
      icalproperty_new_prodid(
          absl::StrCat("-//Rollcall//", kVersion, "//EN").c_str()));
  const icaltimetype dtstamp = StampOf(stamp);
  for (const v1::Alert& alert : alerts) {
    const auto due = CivilDate::Parse(alert.due_date());
    if (!due.ok()) continue;
    icalcomponent_add_component(calendar.get(),
                                EventOf(alert, *due, dtstamp).release());
  }
  char* const text = icalcomponent_as_ical_string_r(calendar.get());
  std::string content = text == nullptr ? "" : text;
  icalmemory_free_buffer(text);
  return content;
}

}  // namespace rollcall::collector
