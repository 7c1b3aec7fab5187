// What holds for the alerts of any contracts on any day.
#include <algorithm>
#include <random>
#include <set>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "collector/alerts/calendar_file.h"
#include "common/hash.h"
#include "tests/unit/collector/alerts/alert_facts.h"

namespace rollcall::collector {
namespace {

using ::testing::Each;
using ::testing::Le;
using ::testing::SizeIs;

class World {
 public:
  explicit World(uint32_t seed) : draw_(seed) {}

  int Draw(int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(draw_);
  }
  bool Maybe() { return Draw(0, 1) == 1; }
  // Mostly of years that questions are about, and of both ends of time.
  std::string AnyDay() {
    const int last = static_cast<int>(CivilDate::kLastOrdinal);
    const int ordinal = Draw(0, 9) == 0 ? Draw(1, last) : Draw(12'000, 15'000);
    return CivilDate::FromOrdinal(static_cast<uint32_t>(ordinal))->ToString();
  }
  int AnyDays() { return Draw(0, 9) == 0 ? Draw(0, 36'600) : Draw(0, 200); }

  v1::Contract AnyContract(int number) {
    v1::Contract contract;
    contract.set_contract_number(absl::StrCat("C-", number));
    contract.set_vendor(absl::StrCat("V-", number % 3));
    contract.set_start_date(AnyDay());
    if (Maybe()) contract.set_sign_date(AnyDay());
    if (Maybe()) contract.set_end_date(AnyDay());
    if (Maybe()) {
      contract.set_master_contract_number(absl::StrCat("c-", Draw(0, 5)));
    }
    v1::Clauses& clauses = *contract.mutable_clauses();
    if (Maybe()) clauses.set_maintenance_end_date(AnyDay());
    if (Maybe()) clauses.set_dispute_window_days(AnyDays());
    if (Maybe()) clauses.mutable_renewal()->set_automatic(Maybe());
    if (Maybe()) clauses.mutable_renewal()->set_notice_days(AnyDays());
    v1::AuditClause& audit = *clauses.mutable_audit();
    if (Maybe()) audit.set_notice_days(AnyDays());
    if (Maybe()) audit.set_challenge_days(AnyDays());
    if (Maybe()) audit.set_frequency_months(Draw(1, 1'200));
    v1::TrueUpClause& true_up = *clauses.mutable_true_up();
    if (Maybe()) true_up.add_yearly_dates("02-28");
    if (Maybe()) true_up.add_yearly_dates("02-29");
    if (Maybe()) true_up.add_dates(AnyDay());
    true_up.set_report_window_days(AnyDays());
    true_up.set_order_window_days(AnyDays());
    return WithIds(std::move(contract), &v1::ContractObject::mutable_contract);
  }

  v1::Entitlement AnyLine(int number) {
    v1::Entitlement line = LineOf(absl::StrCat(number), "");
    line.set_contract_number(absl::StrCat("C-", Draw(0, 5)));
    line.set_product(absl::StrCat("P-", Draw(0, 3)));
    line.set_start_date(AnyDay());
    if (Maybe()) line.set_end_date(AnyDay());
    if (Maybe()) line.set_maintenance_end_date(AnyDay());
    return WithIds(std::move(line), &v1::ContractObject::mutable_entitlement);
  }

  v1::Audit AnyAudit(int number) {
    v1::Audit audit = AuditOf(absl::StrCat("notice_date: '", AnyDay(), "'"),
                              absl::StrCat("A-", number));
    if (Maybe()) audit.set_contract_number(absl::StrCat("c-", Draw(0, 5)));
    if (Maybe()) audit.set_start_date(AnyDay());
    if (Maybe()) audit.set_findings_date(AnyDay());
    if (Maybe()) audit.set_close_date(AnyDay());
    if (Maybe()) audit.add_held_products("P-1");
    return audit;
  }

  ContractFacts AnyFacts() {
    ContractFacts facts;
    for (int i = 0; i < 5; ++i) facts.contracts.push_back(AnyContract(i));
    for (int i = 0; i < 8; ++i) facts.entitlements.push_back(AnyLine(i));
    for (int i = 0; i < 3; ++i) facts.audits.push_back(AnyAudit(i));
    return facts;
  }

 private:
  std::mt19937 draw_;
};

FleetFacts OneDeviceHasAll() {
  FleetFacts fleet;
  for (int i = 0; i < 4; ++i) {
    fleet.installed[ProductKey::Of("F5", absl::StrCat("P-", i))].devices = 1;
  }
  return fleet;
}

// Kinds that are shown however long ago their day was.
bool Stays(v1::Alert::Kind kind) {
  return kind >= v1::Alert::KIND_INSTALLS_REMAIN;
}

void CheckAlerts(const CivilDate& on, const std::vector<v1::Alert>& alerts,
                 const AlertSettings& settings) {
  std::set<std::string> ids;
  std::string last;
  for (const v1::Alert& alert : alerts) {
    SCOPED_TRACE(alert.ShortDebugString());
    const CivilDate due = Day(alert.due_date());
    EXPECT_TRUE(ids.insert(alert.alert_id()).second);
    EXPECT_EQ(alert.alert_id(),
              AlertIdOf(alert.kind(), alert.subject_id(), due).ToHex());
    const std::string order = alert.due_date() + alert.alert_id();
    EXPECT_LT(last, order);
    last = order;
    EXPECT_EQ(alert.days_left(), due.DaysAfter(on));
    EXPECT_LE(Day(alert.first_shown_date()), on);
    if (!Stays(alert.kind())) {
      EXPECT_GE(alert.days_left(), -settings.overdue_days);
      EXPECT_LE(alert.days_left(), settings.horizon_days);
    }
    EXPECT_FALSE(alert.action().empty());
    EXPECT_FALSE(alert.subject_id().empty());
  }
}

TEST(AlertProperties, HoldForAnyContractsOnAnyDay) {
  const FleetFacts fleet = OneDeviceHasAll();
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    const ContractFacts facts = world.AnyFacts();
    for (int i = 0; i < 5; ++i) {
      const CivilDate on = Day(world.AnyDay());
      AlertSettings settings;
      settings.horizon_days = world.Draw(0, 400);
      const auto alerts = AlertsOn(on, facts, fleet, settings);
      ASSERT_OK(alerts);
      CheckAlerts(on, *alerts, settings);
    }
  }
}

// Else importing the calendar would leave one event of both.
TEST(AlertProperties, EveryEventOfACalendarHasItsOwnUid) {
  const FleetFacts fleet = OneDeviceHasAll();
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    const ContractFacts facts = world.AnyFacts();
    AlertSettings settings;
    settings.horizon_days = world.Draw(0, 3'660);
    const auto alerts = AlertsOn(Day(world.AnyDay()), facts, fleet, settings);
    ASSERT_OK(alerts);
    const std::string calendar = CalendarOf(*alerts, absl::UnixEpoch());
    std::set<std::string> uids;
    for (const absl::string_view line : absl::StrSplit(calendar, "\r\n")) {
      if (!absl::StartsWith(line, "UID:")) continue;
      EXPECT_TRUE(uids.emplace(line).second) << line;
    }
    EXPECT_EQ(uids.size(), alerts->size());
  }
}

TEST(AlertProperties, TheOrderOfWhatIsAgreedDoesNotMatter) {
  const FleetFacts fleet = OneDeviceHasAll();
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    ContractFacts facts = world.AnyFacts();
    const CivilDate on = Day(world.AnyDay());
    const auto before = AlertsOn(on, facts, fleet, {});
    std::reverse(facts.contracts.begin(), facts.contracts.end());
    std::reverse(facts.entitlements.begin(), facts.entitlements.end());
    const auto after = AlertsOn(on, facts, fleet, {});
    ASSERT_OK(before);
    ASSERT_OK(after);
    ASSERT_EQ(before->size(), after->size());
    for (size_t i = 0; i < before->size(); ++i) {
      EXPECT_THAT((*after)[i], testing::EqualsProto((*before)[i]));
    }
  }
}

// A wider horizon shows what a narrower one shows, and more.
TEST(AlertProperties, AWiderHorizonHidesNothing) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    const ContractFacts facts = world.AnyFacts();
    const CivilDate on = Day(world.AnyDay());
    std::set<std::string> wide;
    for (const auto& alert : Alerts(on.ToString(), facts, {180, 365, 365})) {
      wide.insert(alert.alert_id());
    }
    for (const auto& alert : Alerts(on.ToString(), facts, {90, 365, 365})) {
      EXPECT_TRUE(wide.contains(alert.alert_id())) << alert.ShortDebugString();
    }
  }
}

// Every day of years with and without a 29th of February: days left go down by
// one a day, each yearly day is met once a year, and no day is met twice.
TEST(AlertProperties, EveryDayOfTenYearsIsCountedRight) {
  ContractFacts facts;
  facts.contracts.push_back(ContractOf(
      "end_date: '2032-02-29' clauses { renewal { automatic: true "
      "notice_days: 59 } true_up { yearly_dates: '02-29' yearly_dates: "
      "'12-31' report_window_days: 1 order_window_days: 366 } }"));
  std::map<std::string, int> left;
  std::map<int, std::set<std::string>> true_ups;
  for (CivilDate on = Day("2023-01-01"); on <= Day("2032-12-31");
       on = *on.Plus(1)) {
    std::map<std::string, int> now;
    for (const auto& alert : Alerts(on.ToString(), facts)) {
      now[alert.alert_id()] = alert.days_left();
      if (const auto before = left.find(alert.alert_id());
          before != left.end()) {
        ASSERT_EQ(alert.days_left(), before->second - 1) << on.ToString();
      }
      if (alert.kind() == v1::Alert::KIND_TRUE_UP) {
        true_ups[Day(alert.due_date()).year()].insert(alert.due_date());
      }
    }
    left = std::move(now);
  }
  for (int year = 2023; year < 2032; ++year) {
    EXPECT_EQ(true_ups[year],
              (std::set<std::string>{
                  absl::StrCat(year, year % 4 == 0 ? "-02-29" : "-02-28"),
                  absl::StrCat(year, "-12-31")}))
        << year;
  }
  EXPECT_EQ(true_ups[2032], std::set<std::string>{"2032-02-29"});
}

TEST(AlertProperties, BothEndsOfTimeAreNoTrouble) {
  ContractFacts facts;
  facts.contracts.push_back(ContractOf(
      "end_date: '2199-12-31' clauses { maintenance_end_date: '1990-01-01' "
      "dispute_window_days: 36600 renewal { notice_days: 36600 } audit { "
      "notice_days: 36600 frequency_months: 1200 } true_up { yearly_dates: "
      "'01-01' yearly_dates: '12-31' report_window_days: 36600 "
      "order_window_days: 36600 } }"));
  facts.contracts[0].set_start_date("1990-01-01");
  facts.contracts[0].set_sign_date("1990-01-01");
  facts.audits = {
      AuditOf("contract_number: 'C-1' notice_date: '1990-01-01' findings_date: "
              "'2199-12-31'")};
  const AlertSettings settings = {3'660, 365, 3'660};
  for (const char* day :
       {"1990-01-01", "1990-12-31", "2100-02-28", "2199-01-01", "2199-12-31"}) {
    const auto alerts = AlertsOn(Day(day), facts, {}, settings);
    ASSERT_OK(alerts);
    CheckAlerts(Day(day), *alerts, settings);
  }
  EXPECT_THAT(Short(Alerts("2199-12-31", facts)),
              ::testing::Contains("RENEWAL 2199-12-31 0"));
}

// Windows of a century are not searched day by day, and hide nothing.
TEST(AlertProperties, WindowsOfAnyLengthShowWhatADayByDaySearchFinds) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    const CivilDate on = Day(world.AnyDay());
    const int report = world.Draw(1, 36'600);
    const int order = world.Draw(1, 36'600);
    ContractFacts facts;
    facts.contracts.push_back(ContractOf(absl::StrCat(
        "clauses { true_up { yearly_dates: '05-17' report_window_days: ",
        report, " order_window_days: ", order, " } }")));
    facts.contracts[0].set_start_date("1990-01-01");
    std::vector<std::string> expected;
    const KeyDates window(on, AlertSettings());
    const auto expect = [&](const char* kind,
                            const std::optional<CivilDate>& due) {
      if (due.has_value() && *due >= window.FirstDue() &&
          *due <= window.LastDue()) {
        expected.push_back(
            absl::StrCat(kind, " ", due->ToString(), " ", due->DaysAfter(on)));
      }
    };
    for (int year = 1990; year <= 2199; ++year) {
      const CivilDate day = Day(absl::StrCat(year, "-05-17"));
      expect("TRUE_UP", day);
      if (on <= day) expect("TRUE_UP_REPORT", day.Plus(-report));
      expect("TRUE_UP_ORDER", day.Plus(order));
    }
    std::vector<v1::Alert> alerts = Alerts(on.ToString(), facts);
    std::erase_if(alerts, [](const v1::Alert& alert) {
      return alert.kind() == v1::Alert::KIND_REVIEW;
    });
    EXPECT_THAT(Short(alerts), ::testing::UnorderedElementsAreArray(expected));
  }
}

TEST(AlertProperties, TenThousandContractsAreBounded) {
  ContractFacts facts;
  for (int i = 0; i < 10'000; ++i) {
    v1::Contract contract = ContractOf(
        "clauses { true_up { yearly_dates: '03-31' yearly_dates: '06-30' } }");
    contract.set_contract_number(absl::StrCat("C-", i));
    facts.contracts.push_back(
        WithIds(std::move(contract), &v1::ContractObject::mutable_contract));
  }
  const auto alerts = AlertsOn(Day("2026-03-01"), facts, {}, {30, 30, 3'660});
  ASSERT_OK(alerts);
  EXPECT_THAT(*alerts, SizeIs(10'000));
  // Of too many, one can still be found.
  const AlertSettings all = {3'660, 365, 3'660};
  AlertSettings one = all;
  one.id_begin = (*alerts)[4'711].alert_id();
  EXPECT_THAT(Alerts("2026-03-01", facts, one), SizeIs(1));
  EXPECT_THAT(AlertsOn(Day("2026-03-01"), facts, {}, all),
              testing::StatusIs(absl::StatusCode::kFailedPrecondition,
                                ::testing::HasSubstr("of fewer days")));
}

}  // namespace
}  // namespace rollcall::collector
