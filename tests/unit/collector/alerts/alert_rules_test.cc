#include "collector/alerts/alert_rules.h"

#include "tests/unit/collector/alerts/alert_facts.h"

namespace rollcall::collector {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Property;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

auto Says(absl::string_view text) {
  return Property(&v1::Alert::action, HasSubstr(std::string(text)));
}

ContractFacts Facts(absl::string_view contract) {
  ContractFacts facts;
  facts.contracts.push_back(ContractOf(contract));
  return facts;
}

// --- terms ------------------------------------------------------------------

TEST(AlertRules,
     ARenewalIsShownFromTheHorizonToTheLastDayAndThenTheTermIsOver) {
  const ContractFacts facts = Facts("end_date: '2026-12-31'");
  EXPECT_THAT(Short(Alerts("2026-10-01", facts)), IsEmpty());
  EXPECT_THAT(Short(Alerts("2026-10-02", facts)),
              ElementsAre("RENEWAL 2026-12-31 90"));
  EXPECT_THAT(Short(Alerts("2026-12-31", facts)),
              ElementsAre("RENEWAL 2026-12-31 0"));
  EXPECT_THAT(Short(Alerts("2027-01-01", facts)),
              ElementsAre("END_OF_TERM 2026-12-31 -1"));
  EXPECT_THAT(Short(Alerts("2027-12-31", facts)),
              ElementsAre("END_OF_TERM 2026-12-31 -365"));
  EXPECT_THAT(Short(Alerts("2028-01-01", facts)), IsEmpty());
}

TEST(AlertRules, AnAlertSaysWhatItIsAboutAndSinceWhenItIsShown) {
  const auto alerts = Alerts("2026-11-01", Facts("end_date: '2026-12-31'"));
  ASSERT_THAT(alerts, SizeIs(1));
  const v1::Alert& alert = alerts[0];
  EXPECT_EQ(alert.subject().kind(), v1::CONTRACT_OBJECT_KIND_CONTRACT);
  EXPECT_THAT(alert.subject().parts(), ElementsAre("C-1"));
  EXPECT_EQ(alert.subject_id(), ObjectIdHex(ObjectNumber::kContract, {"C-1"}));
  EXPECT_EQ(alert.vendor(), "Acme");
  EXPECT_EQ(alert.contract_number(), "C-1");
  EXPECT_EQ(alert.first_shown_date(), "2026-10-02");
  EXPECT_FALSE(alert.has_device_count());
}

// FORMAT.md says how an id is made: it is kept with acknowledgements.
TEST(AlertRules, AnIdIsAHashOfKindObjectAndDueDateAlone) {
  const AlertId id = AlertIdOf(v1::Alert::KIND_RENEWAL,
                               ObjectIdHex(ObjectNumber::kContract, {"c-1"}),
                               Day("2026-12-31"));
  EXPECT_EQ(id.ToHex(), "7e69d6c1575d1353e6936a96b05e4ce1");
  for (const char* on : {"2026-10-02", "2026-12-31"}) {
    EXPECT_THAT(Alerts(on, Facts("end_date: '2026-12-31' title: 'other'")),
                ElementsAre(Property(&v1::Alert::alert_id, id.ToHex())));
  }
  EXPECT_THAT(Alerts("2026-12-01", Facts("end_date: '2026-12-30'")),
              ElementsAre(Property(&v1::Alert::alert_id, Not(id.ToHex()))));
}

TEST(AlertRules, AnAutomaticRenewalSaysThatItRenewsUnlessNoticeIsGiven) {
  const ContractFacts facts = Facts(
      "end_date: '2026-12-31' clauses { renewal { automatic: true "
      "notice_days: 30 term_months: 12 } }");
  const auto before = Alerts("2026-12-01", facts);
  EXPECT_THAT(Short(before),
              ElementsAre("NOTICE 2026-12-01 0", "RENEWAL 2026-12-31 30"));
  EXPECT_THAT(before[0], Says("renews itself for 12 months after 2026-12-31"));
  EXPECT_THAT(before[1], Says("unless notice is given by 2026-12-01"));
  EXPECT_THAT(before,
              Each(Property(&v1::Alert::renewal,
                            testing::EqualsText("automatic: true notice_days: "
                                                "30 term_months: 12"))));
  const auto after = Alerts("2026-12-02", facts);
  EXPECT_THAT(Short(after),
              ElementsAre("NOTICE 2026-12-01 -1", "RENEWAL 2026-12-31 29"));
  EXPECT_THAT(after[1], Says("the last day for notice was 2026-12-01"));
  EXPECT_THAT(Alerts("2027-01-01", facts),
              ElementsAre(AllOf(
                  Says("renewed itself unless notice was given"),
                  Property(&v1::Alert::kind, v1::Alert::KIND_END_OF_TERM))));
}

TEST(AlertRules, ARenewalWithoutADayForNoticeSaysSo) {
  EXPECT_THAT(
      Alerts("2026-12-01", Facts("end_date: '2026-12-31' clauses { renewal { "
                                 "automatic: true } }")),
      ElementsAre(Says("no last day for notice is stated")));
}

TEST(AlertRules, NoticeThatIsDueBeyondTheHorizonOfTheEndIsShownInTime) {
  const ContractFacts facts =
      Facts("end_date: '2026-12-31' clauses { renewal { notice_days: 180 } }");
  EXPECT_THAT(Short(Alerts("2026-04-05", facts)),
              ElementsAre("NOTICE 2026-07-04 90"));
}

TEST(AlertRules, AContractWithoutAnEndHasNoEndOfTerm) {
  EXPECT_THAT(Alerts("2026-12-01", Facts("clauses { renewal { automatic: true "
                                         "notice_days: 30 } }")),
              IsEmpty());
}

TEST(AlertRules, WhatALaterStateLetsGoOnDoesNotEnd) {
  ContractFacts facts = Facts("end_date: '2026-12-31'");
  const std::string id = facts.contracts[0].contract_id();
  facts.later_ends[id] = Day("2027-02-15");
  EXPECT_THAT(Short(Alerts("2026-12-31", facts)),
              ElementsAre("RENEWAL 2027-02-15 46"));
  facts.later_ends[id] = std::nullopt;
  EXPECT_THAT(Alerts("2026-12-31", facts), IsEmpty());
}

TEST(AlertRules, LinesThatEndWithTheirContractAreCountedThere) {
  ContractFacts facts = Facts("end_date: '2026-12-31'");
  facts.entitlements = {LineOf("1", "end_date: '2026-12-31'"),
                        LineOf("2", "end_date: '2026-12-31'"),
                        LineOf("3", "end_date: '2026-12-15'"), LineOf("4", "")};
  const auto alerts = Alerts("2026-12-01", facts);
  EXPECT_THAT(Short(alerts), ElementsAre("END_OF_TERM 2026-12-15 14",
                                         "RENEWAL 2026-12-31 30"));
  EXPECT_THAT(alerts[0], Says("The right to nginx ends"));
  EXPECT_THAT(alerts[0].subject().parts(), ElementsAre("C-1", "", "3"));
  EXPECT_THAT(alerts[1], Says("; 2 lines end with it"));
  EXPECT_THAT(Alerts("2026-12-16", facts),
              Contains(Says("The right to nginx ended with this day")));
}

TEST(AlertRules, MaintenanceEndsForContractsAndForLinesOfTheirOwn) {
  ContractFacts facts = Facts("clauses { maintenance_end_date: '2026-12-31' }");
  facts.entitlements = {
      LineOf("1", "maintenance_end_date: '2026-12-31'"),
      LineOf("2", "maintenance_end_date: '2026-12-30'"),
      LineOf("3",
             "licence_kind: LICENCE_KIND_MAINTENANCE "
             "end_date: '2026-12-29'"),
      LineOf("4",
             "licence_kind: LICENCE_KIND_MAINTENANCE end_date: "
             "'2026-12-28' maintenance_end_date: '2026-12-28'")};
  EXPECT_THAT(Short(Alerts("2026-12-01", facts)),
              ElementsAre("MAINTENANCE_END 2026-12-28 27",
                          "MAINTENANCE_END 2026-12-29 28",
                          "MAINTENANCE_END 2026-12-30 29",
                          "MAINTENANCE_END 2026-12-31 30"));
}

// --- true-ups ---------------------------------------------------------------

TEST(AlertRules, ATrueUpHasAWindowADayAndADayToOrder) {
  const ContractFacts facts = Facts(
      "clauses { true_up { method: METHOD_HIGH_WATER_MARK yearly_dates: "
      "'12-31' report_window_days: 30 order_window_days: 15 } }");
  EXPECT_THAT(
      Short(Alerts("2026-12-10", facts, {30, 30, 3000})),
      ElementsAre("TRUE_UP_REPORT 2026-12-01 -9", "TRUE_UP 2026-12-31 21"));
  const auto after = Alerts("2027-01-01", facts, {30, 30, 3000});
  EXPECT_THAT(Short(after), ElementsAre("TRUE_UP 2026-12-31 -1",
                                        "TRUE_UP_ORDER 2027-01-15 14"));
  EXPECT_THAT(after[0], Says("the most that was in use since the last one"));
  EXPECT_THAT(after[0], Says("from 2026-12-01 on"));
}

TEST(AlertRules, YearlyTrueUpsAreWithinTheTermAndSingleOnesWherever) {
  const ContractFacts facts = Facts(
      "end_date: '2026-06-30' clauses { true_up { yearly_dates: '01-31' "
      "yearly_dates: '06-30' yearly_dates: '07-01' dates: '2026-09-30' } }");
  EXPECT_THAT(Short(Alerts("2026-07-01", facts, {200, 200, 3000})),
              UnorderedElementsAre(
                  "TRUE_UP 2026-01-31 -151", "TRUE_UP 2026-06-30 -1",
                  "END_OF_TERM 2026-06-30 -1", "TRUE_UP 2026-09-30 91"));
}

TEST(AlertRules, TheLastOfFebruaryIsThe28thInOtherYears) {
  const ContractFacts facts =
      Facts("clauses { true_up { yearly_dates: '02-29' } }");
  EXPECT_THAT(Short(Alerts("2027-02-01", facts, {30, 30, 3000})),
              ElementsAre("TRUE_UP 2027-02-28 27"));
  EXPECT_THAT(Short(Alerts("2028-02-01", facts, {30, 30, 3000})),
              ElementsAre("TRUE_UP 2028-02-29 28"));
}

TEST(AlertRules, TwoYearlyDaysThatFallTogetherAreOneAlert) {
  const ContractFacts facts = Facts(
      "clauses { true_up { yearly_dates: '02-28' yearly_dates: '02-29' } }");
  EXPECT_THAT(Short(Alerts("2027-02-01", facts, {30, 30, 3000})),
              ElementsAre("TRUE_UP 2027-02-28 27"));
  EXPECT_THAT(Short(Alerts("2028-02-01", facts, {30, 30, 3000})),
              ElementsAre("TRUE_UP 2028-02-28 27", "TRUE_UP 2028-02-29 28"));
}

// --- reviews ----------------------------------------------------------------

TEST(AlertRules, AReviewIsCountedFromTheLastOneElseSignatureElseBegin) {
  ContractFacts facts = Facts("");
  EXPECT_THAT(Short(Alerts("2027-06-01", facts)),
              ElementsAre("REVIEW 2027-06-01 0"));
  facts.reviews = {ReviewOf("2026-08-01"), ReviewOf("2026-07-01")};
  EXPECT_THAT(Short(Alerts("2027-06-01", facts)),
              ElementsAre("REVIEW 2027-08-01 61"));
  facts.reviews.clear();
  facts.contracts[0].clear_sign_date();
  const auto never = Alerts("2027-06-01", facts);
  EXPECT_THAT(Short(never), ElementsAre("REVIEW 2020-12-31 -2343"));
  EXPECT_THAT(never[0], Says("Never reviewed"));
}

TEST(AlertRules, AReviewThatIsStillToComeDoesNotCount) {
  ContractFacts facts = Facts("");
  facts.reviews = {ReviewOf("2027-06-02")};
  EXPECT_THAT(Short(Alerts("2027-06-01", facts)),
              ElementsAre("REVIEW 2027-06-01 0"));
}

TEST(AlertRules, AContractThatIsOverNeedsNoReview) {
  EXPECT_THAT(Short(Alerts("2027-06-01", Facts("end_date: '2027-05-31'"))),
              ElementsAre("END_OF_TERM 2027-05-31 -1"));
}

// --- audits -----------------------------------------------------------------

constexpr char kAuditClauses[] =
    "clauses { dispute_window_days: 45 audit { frequency_months: 12 "
    "notice_days: 60 challenge_days: 30 remediation_days: 90 } }";

ContractFacts Audited(const std::vector<v1::Audit>& audits) {
  ContractFacts facts = Facts(kAuditClauses);
  facts.audits = audits;
  return facts;
}

TEST(AlertRules, AnAuditMayNotBeginBeforeItsNoticeIsOver) {
  const auto facts =
      Audited({AuditOf("contract_number: 'c-1' notice_date: '2026-10-01'")});
  EXPECT_THAT(Alerts("2026-09-30", facts), IsEmpty());
  const auto alerts = Alerts("2026-10-01", facts);
  EXPECT_THAT(Short(alerts), ElementsAre("AUDIT_NOTICE 2026-11-30 60"));
  EXPECT_THAT(alerts[0], Says("may not begin before this day"));
  EXPECT_EQ(alerts[0].first_shown_date(), "2026-10-01");
  EXPECT_THAT(Alerts("2026-11-30", facts)[0], Says("be ready by then"));
  EXPECT_THAT(Alerts("2026-12-01", facts),
              ElementsAre(Says("may begin any day now, since the 60 days")));
  // However long it takes.
  EXPECT_THAT(Short(Alerts("2029-11-30", facts)),
              Contains("AUDIT_NOTICE 2026-11-30 -1096"));
}

TEST(AlertRules, AnAuditThatBeganTooSoonIsToBeObjectedTo) {
  auto audit = AuditOf(
      "contract_number: 'C-1' notice_date: '2026-10-01' start_date: "
      "'2026-11-29'");
  EXPECT_THAT(Alerts("2026-12-01", Audited({audit})),
              ElementsAre(Says("began on 2026-11-29, before the 60 days")));
  EXPECT_THAT(Alerts("2026-11-01", Audited({audit})),
              ElementsAre(Says("is to begin on 2026-11-29")));
  audit.set_start_date("2026-11-30");
  EXPECT_THAT(Alerts("2026-12-01", Audited({audit})), IsEmpty());
}

TEST(AlertRules, AnAuditTooSoonAfterTheLastOneIsToBeObjectedTo) {
  const auto last = AuditOf(
      "contract_number: 'C-1' notice_date: '2025-10-01' start_date: "
      "'2025-12-15' close_date: '2026-03-01'",
      "A-0");
  const auto next = AuditOf("contract_number: 'c-1' notice_date: '2026-10-01'");
  const auto alerts = Alerts("2026-10-15", Audited({last, next}));
  EXPECT_THAT(Short(alerts), ElementsAre("AUDIT_NOTICE 2026-11-30 46",
                                         "AUDIT_FREQUENCY 2026-12-15 61"));
  EXPECT_THAT(alerts[1], Says("audit A-0 was on 2025-12-15"));
  // One of another contract, or of none, is not the one before.
  auto other = last;
  other.set_contract_number("C-2");
  EXPECT_THAT(Alerts("2026-10-15", Audited({other, next})), SizeIs(1));
  other.clear_contract_number();
  EXPECT_THAT(Alerts("2026-10-15", Audited({other, next})), SizeIs(1));
}

TEST(AlertRules, MonthsEndWithTheLastDayOfAShorterOne) {
  EXPECT_EQ(Day("2027-01-31").PlusMonths(1), Day("2027-02-28"));
  EXPECT_EQ(Day("2027-01-31").PlusMonths(13), Day("2028-02-29"));
  EXPECT_EQ(Day("2028-02-29").PlusMonths(12), Day("2029-02-28"));
  EXPECT_EQ(Day("2028-02-29").PlusMonths(-1), Day("2028-01-29"));
  EXPECT_EQ(Day("2199-12-31").PlusMonths(1), std::nullopt);
  EXPECT_EQ(Day("1990-01-01").PlusMonths(-1), std::nullopt);
}

TEST(AlertRules, WindowsRunFromTheFindingsUntilTheAuditIsClosed) {
  auto audit = AuditOf(
      "contract_number: 'C-1' notice_date: '2026-06-01' start_date: "
      "'2026-08-15' findings_date: '2026-10-01'");
  EXPECT_THAT(Alerts("2026-09-30", Audited({audit})), IsEmpty());
  EXPECT_THAT(Short(Alerts("2026-10-01", Audited({audit}))),
              ElementsAre("AUDIT_CHALLENGE 2026-10-31 30",
                          "AUDIT_DISPUTE 2026-11-15 45",
                          "AUDIT_REMEDIATION 2026-12-30 90"));
  audit.set_close_date("2026-10-20");
  EXPECT_THAT(Alerts("2026-10-19", Audited({audit})), SizeIs(3));
  EXPECT_THAT(Alerts("2026-10-20", Audited({audit})), IsEmpty());
}

TEST(AlertRules, AnAuditOfAnUnknownContractAsksForIt) {
  auto facts = Audited({AuditOf("notice_date: '2026-10-01'")});
  EXPECT_THAT(Alerts("2026-10-02", facts),
              ElementsAre(Says("names no contract")));
  facts.audits[0].set_contract_number("C-9");
  EXPECT_THAT(Alerts("2026-10-02", facts),
              ElementsAre(Says("rests on contract C-9")));
}

// A contract with these fields, under others.
v1::Contract Under(absl::string_view number, absl::string_view fields) {
  v1::Contract contract = ContractOf(fields);
  contract.set_contract_number(std::string(number));
  return WithIds(std::move(contract), &v1::ContractObject::mutable_contract);
}

TEST(AlertRules, AnAuditClauseMayStandInAContractAbove) {
  ContractFacts facts = Facts("master_contract_number: 'm-1'");
  facts.contracts.push_back(Under(
      "M-1",
      "master_contract_number: 'M-2' clauses { dispute_window_days: 45 }"));
  facts.contracts.push_back(Under("M-2", kAuditClauses));
  facts.audits = {
      AuditOf("contract_number: 'M-2' notice_date: '2026-01-01' start_date: "
              "'2026-03-15' close_date: '2026-04-01'",
              "A-0"),
      AuditOf("contract_number: 'C-1' notice_date: '2026-10-01' "
              "findings_date: '2026-10-01'")};
  EXPECT_THAT(Short(Alerts("2026-10-02", facts)),
              UnorderedElementsAre("AUDIT_CHALLENGE 2026-10-31 29",
                                   "AUDIT_DISPUTE 2026-11-15 44",
                                   "AUDIT_NOTICE 2026-11-30 59",
                                   "AUDIT_FREQUENCY 2027-03-15 164",
                                   "AUDIT_REMEDIATION 2026-12-30 89"));
}

TEST(AlertRules, AnAuditWithoutAClauseAnywhereAsksForIt) {
  ContractFacts facts = Facts("master_contract_number: 'M-1'");
  facts.audits = {AuditOf("contract_number: 'C-1' notice_date: '2026-10-01'")};
  EXPECT_THAT(Alerts("2026-10-02", facts),
              ElementsAre(Says("(contract M-1 is not there on this day)")));
  // Two that are under each other end the search.
  facts.contracts.push_back(Under("M-1", "master_contract_number: 'c-1'"));
  const auto alerts = Alerts("2026-10-02", facts);
  EXPECT_THAT(Short(alerts), ElementsAre("AUDIT_NOTICE 2026-10-01 -1"));
  EXPECT_THAT(alerts,
              ElementsAre(Says("Contract C-1 states no audit clause, nor does "
                               "one that it is under: enter it")));
}

TEST(AlertRules, AHoldIsShownWithWhatHappenedUnderIt) {
  const auto audit = AuditOf(
      "contract_number: 'C-1' notice_date: '2026-10-01' start_date: "
      "'2026-12-15' held_products: 'nginx'");
  EXPECT_THAT(
      Alerts("2026-12-20", Audited({audit})),
      ElementsAre(AllOf(Says("Nothing of nginx may be installed"),
                        Property(&v1::Alert::has_device_count, false))));
  FleetFacts fleet;
  HeldChanges& held = fleet.held[audit.audit_id()];
  held.device_count = 2;
  held.changes.resize(3);
  held.caveat = "There may be more";
  const auto alerts = Alerts("2026-12-20", Audited({audit}), {}, fleet);
  EXPECT_THAT(alerts, ElementsAre(Says("on 2 devices since the notice")));
  EXPECT_EQ(alerts[0].held_changes_size(), 3);
  EXPECT_EQ(alerts[0].device_count(), 2);
  EXPECT_EQ(alerts[0].caveat(), "There may be more");
}

TEST(AlertRules, AHoldOfManyProductsNamesAFew) {
  v1::Audit audit = AuditOf("contract_number: 'C-1' notice_date: '2026-10-01'");
  for (int i = 0; i < 100; ++i) {
    audit.add_held_products(absl::StrCat("P-", i));
  }
  EXPECT_THAT(Alerts("2026-12-20", Audited({audit})),
              Contains(Says("Nothing of P-0, P-1, P-2 and 97 more may be")));
}

// --- installs ---------------------------------------------------------------

TEST(AlertRules, InstallsRemainWhereNoLineOfTheProductIsInTerm) {
  ContractFacts facts;
  facts.entitlements = {LineOf("1", "end_date: '2020-06-30'"),
                        LineOf("2", "end_date: '2021-06-30'")};
  FleetFacts fleet;
  fleet.installed[ProductKey::Of("f5", "NGINX")] = {3, "2 were not seen"};
  const auto alerts = Alerts("2026-12-01", facts, {}, fleet);
  ASSERT_THAT(Short(alerts), ElementsAre("INSTALLS_REMAIN 2021-06-30 -1980"));
  EXPECT_THAT(alerts[0], Says("3 devices still have nginx"));
  EXPECT_EQ(alerts[0].device_count(), 3);
  EXPECT_EQ(alerts[0].caveat(), "2 were not seen");
  EXPECT_THAT(alerts[0].subject().parts(), ElementsAre("C-1", "", "2"));
  for (const char* in_term : {"", "end_date: '2026-12-01'"}) {
    facts.entitlements.push_back(LineOf("3", in_term));
    EXPECT_THAT(
        Alerts("2026-12-01", facts, {}, fleet),
        Each(Property(&v1::Alert::kind, Not(v1::Alert::KIND_INSTALLS_REMAIN))));
    facts.entitlements.pop_back();
  }
}

TEST(AlertRules, MaintenanceAndLinesThatHaveNotBegunGrantNothing) {
  ContractFacts facts;
  facts.entitlements = {LineOf("1", "end_date: '2026-11-30'"),
                        LineOf("2", "licence_kind: LICENCE_KIND_MAINTENANCE"),
                        LineOf("3", "")};
  facts.entitlements[2].set_start_date("2026-12-02");
  EXPECT_THAT(EndedProducts(facts, Day("2026-11-30")), IsEmpty());
  EXPECT_THAT(EndedProducts(facts, Day("2026-12-01")), SizeIs(1));
  EXPECT_THAT(EndedProducts(facts, Day("2026-12-02")), IsEmpty());
}

TEST(AlertRules, WhatCannotBeCountedIsNotZero) {
  ContractFacts facts;
  facts.entitlements = {LineOf("1", "end_date: '2020-06-30'")};
  FleetFacts fleet;
  InstalledCount& count = fleet.installed[ProductKey::Of("F5", "nginx")];
  count.caveat = "a device was deleted";
  EXPECT_THAT(
      Alerts("2026-12-01", facts, {}, fleet),
      ElementsAre(AllOf(Says("It cannot be told how many devices have nginx"),
                        Property(&v1::Alert::has_device_count, false))));
  count.devices = 0;
  EXPECT_THAT(Alerts("2026-12-01", facts, {}, fleet), IsEmpty());
  EXPECT_THAT(Alerts("2026-12-01", facts), IsEmpty());
}

}  // namespace
}  // namespace rollcall::collector
