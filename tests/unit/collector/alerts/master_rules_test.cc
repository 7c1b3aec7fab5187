// Clauses of contracts above one, in alerts.
#include "collector/alerts/master_rules.h"

#include "tests/unit/collector/alerts/alert_facts.h"

namespace rollcall::collector {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Property;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

auto ActionHas(absl::string_view text) {
  return Property(&v1::Alert::action, HasSubstr(std::string(text)));
}

// Another contract with these fields.
v1::Contract Numbered(absl::string_view number, absl::string_view fields) {
  v1::Contract contract = ContractOf(fields);
  contract.set_contract_number(std::string(number));
  return WithIds(std::move(contract), &v1::ContractObject::mutable_contract);
}

// C-1 with these fields under M-1 with those.
ContractFacts Frame(absl::string_view sub, absl::string_view master) {
  ContractFacts facts;
  facts.contracts = {
      ContractOf(absl::StrCat("master_contract_number: 'm-1' ", sub)),
      Numbered("M-1", master)};
  return facts;
}

std::vector<v1::Alert> OfKind(v1::Alert::Kind kind,
                              std::vector<v1::Alert> alerts) {
  std::erase_if(
      alerts, [kind](const v1::Alert& alert) { return alert.kind() != kind; });
  return alerts;
}

// "number due" of each.
std::vector<std::string> Numbers(const std::vector<v1::Alert>& alerts) {
  std::vector<std::string> numbers;
  for (const v1::Alert& alert : alerts) {
    numbers.push_back(
        absl::StrCat(alert.contract_number(), " ", alert.due_date()));
  }
  return numbers;
}

constexpr char kNotice90[] = "clauses { renewal { notice_days: 90 } }";
constexpr char kRenewsItself[] =
    "clauses { renewal { automatic: true notice_days: 90 term_months: 12 } }";

// --- renewal ----------------------------------------------------------------

TEST(MasterClauses, NoticeThatTheMasterStatesIsDueForASubContractsOwnEnd) {
  const auto alerts =
      Alerts("2026-09-01", Frame("end_date: '2026-12-31'", kNotice90));
  ASSERT_THAT(Short(alerts), ElementsAre("NOTICE 2026-10-02 31"));
  EXPECT_EQ(alerts[0].contract_number(), "C-1");
  EXPECT_EQ(alerts[0].action(),
            "Tell the vendor by this day whether it is renewed after "
            "2026-12-31, as master contract M-1 says");
}

TEST(MasterClauses, ASubContractRenewsItselfAsItsMasterSays) {
  const ContractFacts facts = Frame("end_date: '2026-12-31'", kRenewsItself);
  const auto before = Alerts("2026-10-02", facts);
  ASSERT_THAT(Short(before),
              ElementsAre("NOTICE 2026-10-02 0", "RENEWAL 2026-12-31 90"));
  EXPECT_THAT(before[0], ActionHas("or it renews itself for 12 months after "
                                   "2026-12-31, as master contract M-1 says"));
  EXPECT_THAT(before[1],
              ActionHas("Renews itself for 12 months after this day "
                        "unless notice is given by 2026-10-02, as master "
                        "contract M-1 says: decide"));
  EXPECT_THAT(
      Alerts("2027-01-01", facts),
      ElementsAre(ActionHas("unless notice was given, as master contract "
                            "M-1 says: enter its new end")));
}

TEST(MasterClauses, ItsOwnRenewalClauseCountsAlone) {
  const auto alerts = Alerts(
      "2026-12-01",
      Frame("end_date: '2026-12-31' clauses { renewal { notice_days: 30 } }",
            kRenewsItself));
  ASSERT_THAT(Short(alerts),
              ElementsAre("NOTICE 2026-12-01 0", "RENEWAL 2026-12-31 30"));
  EXPECT_THAT(alerts[0], ActionHas("Tell the vendor"));
  EXPECT_THAT(alerts[0], Not(ActionHas("master")));
  EXPECT_THAT(alerts[1], ActionHas("Ends on this day unless it is renewed"));
  // One that says that it does not renew itself needs no notice.
  EXPECT_THAT(Short(Alerts("2026-10-02",
                           Frame("end_date: '2026-12-31' clauses { renewal { } "
                                 "}",
                                 kRenewsItself))),
              ElementsAre("RENEWAL 2026-12-31 90"));
}

TEST(MasterClauses, TheDayForNoticeOfItsOwnRenewalMayBeTheMasters) {
  const auto alerts =
      Alerts("2026-10-02", Frame("end_date: '2026-12-31' clauses { renewal { "
                                 "automatic: true } }",
                                 kNotice90));
  ASSERT_THAT(Short(alerts),
              ElementsAre("NOTICE 2026-10-02 0", "RENEWAL 2026-12-31 90"));
  EXPECT_THAT(alerts[0],
              ActionHas("after 2026-12-31, as master contract M-1 says"));
  EXPECT_THAT(alerts[0].renewal(),
              testing::EqualsText("automatic: true notice_days: 90"));
}

TEST(MasterClauses, TheNearestMasterThatSaysItIsNamed) {
  ContractFacts facts = Frame("end_date: '2026-12-31'",
                              "master_contract_number: 'M-2' clauses { renewal "
                              "{ automatic: true } }");
  facts.contracts.push_back(Numbered("M-2", "master_contract_number: 'M-3'"));
  facts.contracts.push_back(Numbered("M-3", kNotice90));
  EXPECT_THAT(Alerts("2026-10-02", facts),
              ElementsAre(ActionHas("as master contracts M-1 and M-3 say"),
                          ActionHas("as master contracts M-1 and M-3 say")));
}

TEST(MasterClauses, WithoutAnEndOfItsOwnThereIsNothingToGiveNoticeOf) {
  EXPECT_THAT(Numbers(Alerts("2026-10-02",
                             Frame("", absl::StrCat("end_date: '2026-12-31' ",
                                                    kRenewsItself)))),
              ElementsAre("M-1 2026-10-02", "M-1 2026-12-31"));
}

TEST(MasterClauses, AFrameThatIsOverIsWhatItsContractsWentOnUnder) {
  const auto alerts = OfKind(
      v1::Alert::KIND_NOTICE,
      Alerts("2026-10-02",
             Frame("end_date: '2026-12-31'",
                   absl::StrCat("end_date: '2025-12-31' ", kRenewsItself))));
  EXPECT_THAT(Numbers(alerts), ElementsAre("C-1 2026-10-02"));
}

TEST(MasterClauses, AContractThatIsEndedIsNotRenewedByItsMaster) {
  ContractFacts facts = Frame("end_date: '2026-12-31'", kRenewsItself);
  facts.ended = {facts.contracts[0].contract_id()};
  const auto alerts = Alerts("2026-10-02", facts);
  EXPECT_THAT(Short(alerts), ElementsAre("RENEWAL 2026-12-31 90"));
  EXPECT_THAT(alerts[0], ActionHas("Ends on this day unless it is renewed"));
}

TEST(MasterClauses, ContractsUnderEachOtherEndTheSearch) {
  ContractFacts facts =
      Frame("end_date: '2026-12-31'", "master_contract_number: 'C-1'");
  EXPECT_THAT(Short(Alerts("2026-10-02", facts)),
              ElementsAre("RENEWAL 2026-12-31 90"));
  facts.contracts[0].set_master_contract_number("C-1");
  EXPECT_THAT(Short(Alerts("2026-10-02", facts)),
              ElementsAre("RENEWAL 2026-12-31 90"));
}

TEST(MasterClauses, ThoseTooFarUpHaveNoSay) {
  ContractFacts facts;
  facts.contracts = {
      ContractOf("end_date: '2026-12-31' master_contract_number: 'M-1'")};
  for (int i = 1; i < 8; ++i) {
    facts.contracts.push_back(
        Numbered(absl::StrCat("M-", i),
                 absl::StrCat("master_contract_number: 'M-", i + 1, "'")));
  }
  facts.contracts.push_back(Numbered("M-8", kNotice90));
  EXPECT_THAT(Short(Alerts("2026-09-01", facts)),
              ElementsAre("NOTICE 2026-10-02 31"));
  facts.contracts.back() = Numbered("M-8", "master_contract_number: 'M-9'");
  facts.contracts.push_back(Numbered("M-9", kNotice90));
  EXPECT_THAT(Alerts("2026-09-01", facts), IsEmpty());
}

// --- true-ups ---------------------------------------------------------------

constexpr char kTrueUp[] = "clauses { true_up { yearly_dates: '06-30' } }";

TEST(MasterClauses, AFramesTrueUpIsToldOnceForTheFrame) {
  ContractFacts facts = Frame("", kTrueUp);
  facts.contracts.push_back(Numbered("C-2", "master_contract_number: 'M-1'"));
  const auto alerts = Alerts("2026-06-01", facts, {30, 30, 100'000});
  ASSERT_THAT(Numbers(alerts), ElementsAre("M-1 2026-06-30"));
  EXPECT_THAT(alerts[0], Not(ActionHas("under it")));
}

TEST(MasterClauses, AFramesTrueUpsGoOnWhileAContractUnderItDoes) {
  const ContractFacts facts = [] {
    ContractFacts made =
        Frame("end_date: '2027-12-31'",
              absl::StrCat("end_date: '2025-12-31' ", kTrueUp));
    v1::Contract next = Numbered("C-2", "master_contract_number: 'M-1'");
    next.set_start_date("2027-01-01");
    made.contracts.push_back(next);
    return made;
  }();
  const auto true_ups = [&](absl::string_view on) {
    return OfKind(v1::Alert::KIND_TRUE_UP,
                  Alerts(on, facts, {30, 30, 100'000}));
  };
  EXPECT_THAT(Numbers(true_ups("2025-06-01")), ElementsAre("M-1 2025-06-30"));
  EXPECT_THAT(true_ups("2025-06-01")[0], Not(ActionHas("under it")));
  ASSERT_THAT(Numbers(true_ups("2026-06-01")), ElementsAre("M-1 2026-06-30"));
  EXPECT_THAT(true_ups("2026-06-01")[0],
              ActionHas("; contract C-1 goes on under it"));
  EXPECT_THAT(
      true_ups("2027-06-01"),
      ElementsAre(ActionHas("; contract C-1 and 1 more go on under it")));
  EXPECT_THAT(true_ups("2028-06-01"),
              ElementsAre(ActionHas("; contract C-2 goes on under it")));
}

TEST(MasterClauses, AFrameThatNothingIsUnderAnyMoreHasNoTrueUp) {
  const auto at = [](absl::string_view sub) {
    return OfKind(
        v1::Alert::KIND_TRUE_UP,
        Alerts("2026-06-01",
               Frame(sub, absl::StrCat("end_date: '2025-12-31' ", kTrueUp)),
               {30, 30, 100'000}));
  };
  EXPECT_THAT(at("end_date: '2026-06-30'"), SizeIs(1));
  EXPECT_THAT(at("end_date: '2026-06-29'"), IsEmpty());
  // Its own clause is what a contract is under.
  EXPECT_THAT(Numbers(at("clauses { true_up { yearly_dates: '06-15' } }")),
              ElementsAre("C-1 2026-06-15"));
  // One that names no day is none.
  EXPECT_THAT(Numbers(at("clauses { true_up { text: 'as in the frame' } }")),
              ElementsAre("M-1 2026-06-30"));
}

TEST(MasterClauses, AFrameHasNoTrueUpBeforeItBegins) {
  ContractFacts facts = Frame("", kTrueUp);
  facts.contracts[1].set_start_date("2026-07-01");
  EXPECT_THAT(Alerts("2026-06-01", facts, {30, 30, 100'000}), IsEmpty());
}

// --- maintenance ------------------------------------------------------------

TEST(MasterClauses, LinesWhoseMaintenanceEndsWithTheFramesAreCountedThere) {
  ContractFacts facts =
      Frame("", "clauses { maintenance_end_date: '2026-12-31' }");
  facts.entitlements = {LineOf("1", "maintenance_end_date: '2026-12-31'"),
                        LineOf("2", "maintenance_end_date: '2026-12-30'")};
  EXPECT_THAT(Short(Alerts("2026-12-01", facts)),
              ElementsAre("MAINTENANCE_END 2026-12-30 29",
                          "MAINTENANCE_END 2026-12-31 30"));
  // Of another vendor's frame, who asks for this vendor's must be told.
  facts.contracts[1].set_vendor("Bell");
  EXPECT_THAT(Alerts("2026-12-01", facts), SizeIs(3));
}

// --- audits -----------------------------------------------------------------

TEST(MasterClauses, AnAuditSaysWhoseClauseItRestsOn) {
  ContractFacts facts =
      Frame("",
            "clauses { dispute_window_days: 45 audit { notice_days: 60 "
            "challenge_days: 30 remediation_days: 90 } }");
  facts.audits = {
      AuditOf("contract_number: 'C-1' notice_date: '2026-10-01' start_date: "
              "'2026-10-15' findings_date: '2026-11-01'")};
  const auto alerts = Alerts("2026-11-02", facts);
  ASSERT_THAT(alerts, SizeIs(4));
  for (const v1::Alert& alert : alerts) {
    EXPECT_THAT(alert, ActionHas("aster contract M-1"));
  }
}

TEST(MasterClauses, AuditsUnderOneFrameCountForItsFrequency) {
  ContractFacts facts = Frame("", "clauses { audit { frequency_months: 12 } }");
  facts.contracts.push_back(Numbered("C-2", "master_contract_number: 'M-1'"));
  facts.audits = {AuditOf("contract_number: 'C-2' notice_date: '2026-01-01' "
                          "close_date: '2026-03-01'",
                          "A-0"),
                  AuditOf("contract_number: 'C-1' notice_date: '2026-10-01'")};
  EXPECT_THAT(Alerts("2026-10-02", facts),
              ElementsAre(ActionHas(
                  "Master contract M-1 allows one audit in 12 months, and "
                  "audit A-0 was on 2026-01-01")));
  // One under a clause of its own does not.
  *facts.contracts[2].mutable_clauses() = facts.contracts[1].clauses();
  EXPECT_THAT(Alerts("2026-10-02", facts), IsEmpty());
}

TEST(MasterClauses, OfTwoAuditsOfOneDayTheLaterCameTooSoon) {
  ContractFacts facts = Frame("", "clauses { audit { frequency_months: 12 } }");
  facts.contracts.push_back(Numbered("C-2", "master_contract_number: 'M-1'"));
  facts.audits = {
      AuditOf("contract_number: 'C-1' notice_date: '2026-10-01' start_date: "
              "'2026-12-01'",
              "A-1"),
      AuditOf("contract_number: 'C-2' notice_date: '2026-10-01' start_date: "
              "'2026-11-01'",
              "A-2")};
  const auto alerts = Alerts("2026-10-02", facts);
  ASSERT_THAT(Short(alerts), ElementsAre("AUDIT_FREQUENCY 2027-11-01 395"));
  EXPECT_THAT(alerts[0].subject().parts(), ElementsAre("Acme", "A-1"));
}

TEST(MasterClauses, FindingsWithoutAStartAskForIt) {
  ContractFacts facts = Frame("", "clauses { audit { notice_days: 60 } }");
  facts.audits = {
      AuditOf("contract_number: 'C-1' notice_date: '2026-10-01' "
              "findings_date: '2027-02-01'")};
  EXPECT_THAT(Alerts("2027-01-31", facts),
              ElementsAre(ActionHas("may begin any day now")));
  EXPECT_THAT(
      Alerts("2027-02-01", facts),
      ElementsAre(AllOf(ActionHas("Its findings came on 2027-02-01"),
                        Property(&v1::Alert::action,
                                 EndsWith("whether it began too soon")))));
}

}  // namespace
}  // namespace rollcall::collector
