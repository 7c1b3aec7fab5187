#include "collector/alerts/calendar_file.h"

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/text.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const absl::Time kStamp = absl::FromUnixSeconds(1'770'000'000);

v1::Alert Renewal() {
  return FromText<v1::Alert>(
      "alert_id: '00112233445566778899aabbccddeeff' kind: KIND_RENEWAL "
      "subject { kind: CONTRACT_OBJECT_KIND_CONTRACT parts: 'C-1' } "
      "subject_id: 'ffeeddccbbaa99887766554433221100' vendor: "
      "'Acme' contract_number: 'C-1' due_date: '2026-12-31' first_shown_date: "
      "'2026-10-02' action: 'Renew it'");
}

// Without folds.
std::string Unfolded(const std::string& calendar) {
  return absl::StrReplaceAll(calendar, {{"\r\n ", ""}});
}

TEST(CalendarFile, AnAlertIsAnAllDayEventWithAReminder) {
  const std::string calendar = Unfolded(CalendarOf({Renewal()}, kStamp));
  EXPECT_EQ(calendar,
            "BEGIN:VCALENDAR\r\n"
            "VERSION:2.0\r\n"
            "PRODID:-//Rollcall//0.1.0//EN\r\n"
            "BEGIN:VEVENT\r\n"
            "UID:ffeeddccbbaa99887766554433221100-1\r\n"
            "DTSTAMP:20260202T024000Z\r\n"
            "DTSTART;VALUE=DATE:20261231\r\n"
            "SUMMARY:Renewal: C-1\r\n"
            "DESCRIPTION:Renew it.\\nVendor: Acme\\nContract: C-1\r\n"
            "CATEGORIES:Renewal\r\n"
            "TRANSP:TRANSPARENT\r\n"
            "BEGIN:VALARM\r\n"
            "ACTION:DISPLAY\r\n"
            "TRIGGER:-P2W\r\n"
            "DESCRIPTION:Renewal: C-1\r\n"
            "END:VALARM\r\n"
            "END:VEVENT\r\n"
            "END:VCALENDAR\r\n");
}

TEST(CalendarFile, AnEventWhoseDayMovesKeepsItsUid) {
  v1::Alert moved = Renewal();
  moved.set_alert_id("11112222333344445555666677778888");
  moved.set_due_date("2027-12-31");
  for (const v1::Alert& alert : {Renewal(), moved}) {
    EXPECT_THAT(CalendarOf({alert}, kStamp),
                HasSubstr("UID:ffeeddccbbaa99887766554433221100-1\r\n"));
  }
  moved.set_kind(v1::Alert::KIND_NOTICE);
  EXPECT_THAT(CalendarOf({moved}, kStamp),
              HasSubstr("UID:ffeeddccbbaa99887766554433221100-2\r\n"));
}

TEST(CalendarFile, OfSeveralOfAKindEachDayHasAUid) {
  v1::Alert alert = Renewal();
  const auto by_day = HasSubstr("UID:00112233445566778899aabbccddeeff\r\n");
  for (const auto kind :
       {v1::Alert::KIND_TRUE_UP_REPORT, v1::Alert::KIND_TRUE_UP,
        v1::Alert::KIND_TRUE_UP_ORDER}) {
    alert.set_kind(kind);
    EXPECT_THAT(CalendarOf({alert}, kStamp), by_day);
  }
  alert.set_kind(v1::Alert::KIND_MAINTENANCE_END);
  EXPECT_THAT(CalendarOf({alert}, kStamp), Not(by_day));
  alert.mutable_subject()->set_kind(v1::CONTRACT_OBJECT_KIND_ENTITLEMENT);
  EXPECT_THAT(CalendarOf({alert}, kStamp), by_day);
}

TEST(CalendarFile, TheSameAlertsGiveTheSameBytes) {
  EXPECT_EQ(CalendarOf({Renewal(), Renewal()}, kStamp),
            CalendarOf({Renewal(), Renewal()}, kStamp));
}

TEST(CalendarFile, AReminderDoesNotComeBeforeTheAlertIsShown) {
  v1::Alert alert = Renewal();
  alert.set_first_shown_date("2026-12-28");
  EXPECT_THAT(CalendarOf({alert}, kStamp), HasSubstr("TRIGGER:-P3D\r\n"));
  alert.set_first_shown_date("2027-01-10");
  EXPECT_THAT(CalendarOf({alert}, kStamp), HasSubstr("TRIGGER:PT0S\r\n"));
}

TEST(CalendarFile, HostileTextStaysText) {
  v1::Alert alert = Renewal();
  alert.set_vendor("A;B,C\\D\r\nBEGIN:VALARM\x01\x1b[2J\xff end");
  *alert.mutable_subject()->mutable_parts(0) = "C\r\nUID:x";
  const std::string calendar = CalendarOf({alert}, kStamp);
  EXPECT_THAT(Unfolded(calendar), HasSubstr("A\\;B\\,C\\\\D \\nBEGIN:VALARM"));
  EXPECT_TRUE(IsValidUtf8(calendar));
  int alarms = 0;
  for (const absl::string_view line : absl::StrSplit(calendar, "\r\n")) {
    EXPECT_LE(line.size(), 75u) << line;
    EXPECT_THAT(line, Not(StartsWith("UID:x")));
    alarms += line == "BEGIN:VALARM" ? 1 : 0;
    for (const char c : line) {
      EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
    }
  }
  EXPECT_EQ(alarms, 1);
}

TEST(CalendarFile, NoAlertsAreACalendarWithoutEvents) {
  EXPECT_THAT(CalendarOf({}, kStamp),
              AllOf(StartsWith("BEGIN:VCALENDAR\r\n"),
                    EndsWith("END:VCALENDAR\r\n"), Not(HasSubstr("VEVENT"))));
  v1::Alert alert = Renewal();
  alert.clear_due_date();
  EXPECT_THAT(CalendarOf({alert}, kStamp), Not(HasSubstr("VEVENT")));
}

TEST(CalendarFile, TheLastDayOfTimeHasAnEvent) {
  v1::Alert alert = Renewal();
  alert.set_due_date("2199-12-31");
  EXPECT_THAT(CalendarOf({alert}, kStamp),
              HasSubstr("DTSTART;VALUE=DATE:21991231\r\n"));
}

}  // namespace
}  // namespace rollcall::collector
