#include "collector/contracts/invoices/invoice_rules.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/contracts/money.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;
using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CivilDate Day(const std::string& text) { return *CivilDate::Parse(text); }

// An invoice of 10 units at 100 EUR for 2026, of a line of 10 at 100 EUR under
// a contract from 2024-03-01 to 2027-02-28.
struct Scene {
  v1::InvoiceLine billed = FromText<v1::InvoiceLine>(
      "vendor: 'Quay' invoice_number: 'R-2' line: '1' "
      "invoice_date: '2026-01-15' contract_number: 'C-1' "
      "purchase_order: 'PO-1' purchase_order_line: '1' "
      "quantity { numerator: 10 denominator: 1 } "
      "unit_price { micros: 100000000 currency: 'EUR' } "
      "total { micros: 1000000000 currency: 'EUR' } "
      "period_start_date: '2026-01-01' period_end_date: '2026-12-31'");
  v1::Contract contract = FromText<v1::Contract>(
      "contract_number: 'C-1' contract_id: 'cc' start_date: '2024-03-01' "
      "end_date: '2027-02-28' currency: 'EUR'");
  v1::Entitlement line = FromText<v1::Entitlement>(
      "entitlement_id: 'ee' contract_number: 'C-1' purchase_order: 'PO-1' "
      "line: '1' licence_kind: LICENCE_KIND_SUBSCRIPTION "
      "quantity { value { numerator: 10 denominator: 1 } } "
      "unit_price { micros: 100000000 currency: 'EUR' } "
      "start_date: '2024-03-01' end_date: '2027-02-28'");
  // States after the first; nothing: it is no more.
  std::vector<Timeline<v1::Contract>::Span> later_contract;
  std::vector<Timeline<v1::Entitlement>::Span> later_line;
  std::optional<v1::Contract> master;
  std::vector<v1::InvoiceLine> others;
  std::optional<Rational> used;
  bool has_contract = true;
  bool has_line = true;
  bool order_is_known = true;
  std::vector<std::string> possible_contracts;

  std::vector<Finding> Check() const {
    std::vector<Timeline<v1::Contract>::Span> contracts = {
        {std::nullopt, contract}};
    contracts.insert(contracts.end(), later_contract.begin(),
                     later_contract.end());
    std::vector<Timeline<v1::Entitlement>::Span> lines = {{std::nullopt, line}};
    lines.insert(lines.end(), later_line.begin(), later_line.end());
    const Timeline<v1::Contract> contract_timeline(contracts);
    const Timeline<v1::Entitlement> line_timeline(lines);
    const Timeline<v1::Contract> master_timeline({{std::nullopt, master}});
    InvoiceFacts facts(billed);
    if (has_contract) facts.contract = &contract_timeline;
    if (has_line) facts.order_line = &line_timeline;
    if (master.has_value()) facts.masters.push_back(&master_timeline);
    facts.order_is_known = order_is_known;
    facts.possible_contracts = possible_contracts;
    for (const auto& other : others) facts.others.push_back(&other);
    facts.used = used;
    return CheckInvoiceLine(facts);
  }

  void Bill(int64_t quantity, int64_t euros) {
    billed.mutable_quantity()->set_numerator(quantity);
    billed.mutable_unit_price()->set_micros(euros * 1'000'000);
    billed.mutable_total()->set_micros(quantity * euros * 1'000'000);
  }
  // Another line of the same, before this one.
  v1::InvoiceLine& BillBefore(const std::string& number,
                              const std::string& start,
                              const std::string& end) {
    v1::InvoiceLine& other = others.emplace_back(billed);
    other.set_invoice_number(number);
    other.set_invoice_date(start);
    other.set_period_start_date(start);
    other.set_period_end_date(end);
    return other;
  }
  void Escalate(const std::string& clause) {
    *contract.mutable_clauses()->mutable_price_escalator() =
        FromText<v1::PriceEscalator>(clause);
  }
};

std::vector<Finding::Kind> KindsOf(const std::vector<Finding>& findings) {
  std::vector<Finding::Kind> kinds;
  for (const Finding& finding : findings) kinds.push_back(finding.kind());
  return kinds;
}

constexpr char kThreePercent[] = "cap_percent { numerator: 3 denominator: 1 }";

TEST(InvoiceRules, FindNothingWhereTheInvoiceIsRight) {
  EXPECT_THAT(Scene().Check(), IsEmpty());
}

TEST(InvoiceRules, FindAPriceAboveTheLines) {
  Scene scene;
  scene.Bill(10, 120);
  EXPECT_THAT(
      scene.Check(),
      ElementsAre(EqualsText(
          "kind: KIND_PRICE_ABOVE_CONTRACT state: STATE_FOUND vendor: 'Quay' "
          "invoice_number: 'R-2' line: '1' invoice_date: '2026-01-15' "
          "total { micros: 1200000000 currency: 'EUR' } "
          "contract_number: 'C-1' contract_id: 'cc' entitlement_id: 'ee' "
          "purchase_order: 'PO-1' purchase_order_line: '1' "
          "billed { money { micros: 120000000 currency: 'EUR' } } "
          "allowed { money { micros: 100000000 currency: 'EUR' } } "
          "difference { micros: 200000000 currency: 'EUR' } "
          "decided_by: 'entitlement.unit_price' "
          "explanation: 'The price of one unit, 120 EUR, is above that of the "
          "order\\'s line, 100 EUR.'")));
}

TEST(InvoiceRules, ComparePacksWithPacksAlone) {
  Scene scene;
  scene.line.clear_unit_price();
  *scene.line.mutable_pack_count() =
      FromText<v1::Rational>("numerator: 5 denominator: 1");
  *scene.line.mutable_pack_size() =
      FromText<v1::Rational>("numerator: 2 denominator: 1");
  *scene.line.mutable_pack_price() =
      FromText<v1::Money>("micros: 190000000 currency: 'EUR'");
  scene.Bill(5, 200);
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
  EXPECT_EQ(findings[0].decided_by(), "entitlement.pack_price");
  EXPECT_EQ(findings[0].difference().micros(), 50'000'000);
  scene.Bill(5, 190);
  EXPECT_THAT(scene.Check(), IsEmpty());
  // Twice 95 is 190, and still one unit is not a pack.
  *scene.line.mutable_unit_price() =
      FromText<v1::Money>("micros: 95000000 currency: 'EUR'");
  scene.line.clear_pack_price();
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_COMPARABLE);
  EXPECT_THAT(findings[0].explanation(), HasSubstr("bought in packs"));
  EXPECT_FALSE(findings[0].has_difference());
  EXPECT_FALSE(findings[0].has_allowed());
}

TEST(InvoiceRules, DoNotComparePricesOfDifferentParts) {
  Scene scene;
  scene.Bill(10, 120);
  scene.billed.set_part_number("A-1");
  scene.line.set_part_number("B-1");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_COMPARABLE);
  scene.line.set_part_number("a-1");
  EXPECT_EQ(scene.Check()[0].state(), Finding::STATE_FOUND);
}

TEST(InvoiceRules, DoNotComparePricesInDifferentCurrencies) {
  Scene scene;
  scene.line.mutable_unit_price()->set_currency("USD");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_COMPARABLE);
  EXPECT_THAT(findings[0].explanation(), HasSubstr("in USD"));
}

TEST(InvoiceRules, SayThatAPriceIsMissing) {
  Scene scene;
  scene.line.clear_unit_price();
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_EQ(findings[0].missing_fact(), "the price of the order's line");
}

TEST(InvoiceRules, LetAPriceRiseByTheCapInEachYearOfTheContract) {
  Scene scene;
  scene.Escalate(kThreePercent);
  // The line's price is of the first year, and the second one is billed.
  scene.Bill(10, 103);
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.Bill(10, 104);
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
  EXPECT_THAT(findings[0].allowed(),
              EqualsText("money { micros: 103000000 currency: 'EUR' }"));
  EXPECT_EQ(findings[0].difference().micros(), 10'000'000);
  EXPECT_EQ(findings[0].decided_by(),
            "contract.clauses.price_escalator.cap_percent");
  // From 2026-03-01 on it is the third.
  scene.billed.set_period_start_date("2026-03-01");
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.billed.set_period_start_date("2026-02-28");
  EXPECT_THAT(KindsOf(scene.Check()),
              ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
}

TEST(InvoiceRules, CompareWithThePriceThatWasBilledLastYear) {
  Scene scene;
  scene.Escalate(kThreePercent);
  scene.line.mutable_unit_price()->set_micros(200'000'000);
  scene.BillBefore("R-1", "2025-01-01", "2025-12-31");
  scene.Bill(10, 104);
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
  EXPECT_THAT(findings[0].explanation(),
              HasSubstr("invoice R-1 line 1 billed 100 EUR for 2025-01-01"));
  EXPECT_EQ(findings[0].allowed().money().micros(), 103'000'000);
}

TEST(InvoiceRules, DoNotTakeAnotherPartForTheSameThatBecameDearer) {
  Scene scene;
  scene.Escalate(kThreePercent);
  scene.line.clear_unit_price();
  scene.billed.set_part_number("A-1");
  scene.BillBefore("R-1", "2025-01-01", "2025-12-31");
  scene.Bill(10, 104);
  const auto rise = [&]() -> std::optional<Finding> {
    for (const Finding& finding : scene.Check()) {
      if (finding.kind() == Finding::KIND_RISE_ABOVE_CAP) return finding;
    }
    return std::nullopt;
  };
  ASSERT_TRUE(rise().has_value());
  EXPECT_EQ(rise()->state(), Finding::STATE_FOUND);
  scene.others[0].set_part_number("B-1");
  ASSERT_TRUE(rise().has_value());
  EXPECT_EQ(rise()->state(), Finding::STATE_NOT_COMPARABLE);
  EXPECT_THAT(rise()->explanation(), HasSubstr("part B-1"));
  // An older one of the same part is compared with.
  scene.BillBefore("R-0", "2024-03-01", "2025-02-28").set_part_number("a-1");
  scene.others[1].mutable_unit_price()->set_micros(104'000'000);
  EXPECT_FALSE(rise().has_value());
}

TEST(InvoiceRules, DoNotCompareThePriceOfAYearWithThatOfAMonth) {
  Scene scene;
  scene.Escalate(kThreePercent);
  scene.line.mutable_unit_price()->set_micros(2'000'000'000);
  scene.contract.set_start_date("2024-01-01");
  scene.line.set_start_date("2026-01-01");
  scene.BillBefore("R-1", "2025-02-01", "2025-02-28");
  scene.Bill(10, 1'200);
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_COMPARABLE);
  EXPECT_THAT(
      findings[0].explanation(),
      HasSubstr("bills 365 days, and invoice R-1 line 1 bills 28 days"));
  // What states no period is not of a year either.
  scene.others[0].clear_period_end_date();
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_COMPARABLE);
  // One month is compared with another.
  scene.others[0].set_period_end_date("2025-02-28");
  scene.billed.set_period_start_date("2026-03-01");
  scene.billed.set_period_end_date("2026-03-31");
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
}

TEST(InvoiceRules, CountTheYearsFromWhenThePriceWasStated) {
  Scene scene;
  scene.Escalate(kThreePercent);
  // The amendment of 2025-06-01 states the price anew; that of 2025-09-01 says
  // something else.
  v1::Entitlement amended = scene.line;
  amended.mutable_unit_price()->set_micros(110'000'000);
  scene.later_line.push_back({Day("2025-06-01"), amended});
  amended.set_notes("more");
  scene.later_line.push_back({Day("2025-09-01"), amended});
  scene.Bill(10, 110);
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.Bill(10, 111);
  EXPECT_THAT(KindsOf(scene.Check()),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT));
  scene.billed.set_period_start_date("2026-03-01");
  EXPECT_THAT(scene.Check(), IsEmpty());
}

TEST(InvoiceRules, NeedTheIndexThatBoundsARise) {
  Scene scene;
  scene.Escalate("price_index: 'CPI-U'");
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.Bill(10, 101);
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_EQ(findings[0].missing_fact(), "the value of the price index CPI-U");
  // With a cap beside it: above the cap it is too much, whatever the index is.
  scene.Escalate(absl::StrCat(kThreePercent, " price_index: 'CPI-U'"));
  EXPECT_EQ(scene.Check()[0].state(), Finding::STATE_NOT_DECIDABLE);
  scene.Bill(10, 104);
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
}

TEST(InvoiceRules, TakeAnEscalatorThatBoundsNothingForNone) {
  Scene scene;
  scene.Escalate("");
  scene.Bill(10, 120);
  EXPECT_THAT(KindsOf(scene.Check()),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT));
  // The master's holds then.
  scene.master = scene.contract;
  *scene.master->mutable_clauses()->mutable_price_escalator() =
      FromText<v1::PriceEscalator>(kThreePercent);
  EXPECT_THAT(KindsOf(scene.Check()),
              ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
}

TEST(InvoiceRules, TakeAClauseThatAContractLacksFromItsMaster) {
  Scene scene;
  scene.master = scene.contract;
  scene.master->set_contract_number("M-1");
  *scene.master->mutable_clauses()->mutable_price_escalator() =
      FromText<v1::PriceEscalator>(kThreePercent);
  scene.Bill(10, 104);
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
  EXPECT_THAT(findings[0].explanation(), HasSubstr("contract M-1 lets"));
  scene.Escalate("cap_percent { numerator: 5 denominator: 1 }");
  EXPECT_THAT(scene.Check(), IsEmpty());
}

TEST(InvoiceRules, FindMoreThanWasBought) {
  Scene scene;
  scene.Bill(12, 100);
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings),
              ElementsAre(Finding::KIND_QUANTITY_ABOVE_ORDER));
  EXPECT_EQ(findings[0].difference().micros(), 200'000'000);
  EXPECT_EQ(findings[0].explanation(), "Billed are 12, and 10 were bought.");
  scene.line.mutable_quantity()->set_unlimited(true);
  EXPECT_THAT(scene.Check(), IsEmpty());
}

TEST(InvoiceRules, DoNotKnowWhichStateOfTheLineIsBilledWithoutAPeriod) {
  Scene scene;
  v1::Entitlement amended = scene.line;
  amended.mutable_quantity()->mutable_value()->set_numerator(15);
  amended.mutable_unit_price()->set_micros(130'000'000);
  scene.later_line.push_back({Day("2026-02-01"), amended});
  scene.Bill(15, 130);
  // Before the amendment.
  scene.billed.set_invoice_date("2026-01-15");
  EXPECT_THAT(KindsOf(scene.Check()),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT,
                          Finding::KIND_QUANTITY_ABOVE_ORDER));
  for (const Finding& finding : scene.Check()) {
    EXPECT_EQ(finding.state(), Finding::STATE_FOUND);
  }
  scene.billed.clear_period_start_date();
  scene.billed.clear_period_end_date();
  auto findings = scene.Check();
  EXPECT_THAT(KindsOf(findings),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT,
                          Finding::KIND_QUANTITY_ABOVE_ORDER));
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.state(), Finding::STATE_NOT_DECIDABLE);
    EXPECT_EQ(finding.missing_fact(), "the period that is billed");
    EXPECT_FALSE(finding.has_difference());
  }
  // What no day allows is found.
  scene.Bill(16, 131);
  findings = scene.Check();
  EXPECT_THAT(KindsOf(findings),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT,
                          Finding::KIND_QUANTITY_ABOVE_ORDER));
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.state(), Finding::STATE_FOUND);
  }
}

TEST(InvoiceRules, DoNotKnowWhichYearIsBilledWithoutAPeriod) {
  Scene scene;
  scene.Escalate(kThreePercent);
  scene.billed.clear_period_start_date();
  scene.billed.clear_period_end_date();
  const auto expect = [&](Finding::Kind kind, Finding::State state) {
    const auto findings = scene.Check();
    ASSERT_THAT(KindsOf(findings), ElementsAre(kind));
    EXPECT_EQ(findings[0].state(), state);
  };
  // Two weeks before the second year, in which 103 is allowed.
  scene.billed.set_invoice_date("2025-02-15");
  scene.Bill(10, 103);
  expect(Finding::KIND_PRICE_ABOVE_CONTRACT, Finding::STATE_NOT_DECIDABLE);
  scene.Bill(10, 104);
  expect(Finding::KIND_PRICE_ABOVE_CONTRACT, Finding::STATE_FOUND);
  // Before the third, in which 106.09 is.
  scene.billed.set_invoice_date("2026-02-15");
  scene.Bill(10, 106);
  expect(Finding::KIND_RISE_ABOVE_CAP, Finding::STATE_NOT_DECIDABLE);
  scene.Bill(10, 107);
  expect(Finding::KIND_RISE_ABOVE_CAP, Finding::STATE_FOUND);
}

TEST(InvoiceRules, LetATotalBeRoundedToTheSmallestUnit) {
  Scene scene;
  scene.billed.mutable_quantity()->set_numerator(3);
  scene.billed.mutable_unit_price()->set_micros(333'333);
  scene.billed.mutable_total()->set_micros(1'000'000);
  EXPECT_THAT(scene.Check(), IsEmpty());
  // 1.008 goes either way; a whole cent is no rounding.
  scene.billed.mutable_unit_price()->set_micros(336'000);
  scene.billed.mutable_total()->set_micros(1'000'000);
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.billed.mutable_total()->set_micros(1'010'000);
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.billed.mutable_total()->set_micros(1'017'999);
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.billed.mutable_total()->set_micros(1'018'000);
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_TOTAL_WRONG));
  EXPECT_EQ(findings[0].difference().micros(), 10'000);
  scene.billed.mutable_total()->set_micros(998'000);
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_TOTAL_WRONG));
  EXPECT_EQ(findings[0].difference().micros(), -10'000);
}

TEST(InvoiceRules, SubtractTheRebateFromTheTotal) {
  Scene scene;
  *scene.billed.mutable_rebate() =
      FromText<v1::Money>("micros: 50000000 currency: 'EUR'");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_TOTAL_WRONG));
  EXPECT_EQ(findings[0].difference().micros(), 50'000'000);
  scene.billed.mutable_total()->set_micros(950'000'000);
  EXPECT_THAT(scene.Check(), IsEmpty());
}

TEST(InvoiceRules, SayThatTooLittleWasBilled) {
  Scene scene;
  scene.billed.mutable_total()->set_micros(900'000'000);
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_TOTAL_WRONG));
  EXPECT_EQ(findings[0].difference().micros(), -100'000'000);
}

TEST(InvoiceRules, NeedConsumptionForARebate) {
  Scene scene;
  *scene.contract.mutable_clauses()->mutable_rebate() =
      FromText<v1::RebateClause>(
          "percent { numerator: 5 denominator: 2 } "
          "unused_at_least_percent { numerator: 20 denominator: 1 }");
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_REBATE_MISSING));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_EQ(findings[0].missing_fact(), "the consumption of the order's line");
  // 2.5 % of 100 EUR for each of two.
  scene.used = Rational::Of(8);
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_REBATE_MISSING));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
  EXPECT_EQ(findings[0].allowed().money().micros(), 5'000'000);
  EXPECT_EQ(findings[0].difference().micros(), 5'000'000);
  // Less than a fifth is not used.
  scene.used = *Rational::Make(81, 10);
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.used = Rational::Of(20);
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.used = Rational::Of(8);
  *scene.billed.mutable_rebate() =
      FromText<v1::Money>("micros: 5000000 currency: 'EUR'");
  scene.billed.mutable_total()->set_micros(995'000'000);
  EXPECT_THAT(scene.Check(), IsEmpty());
}

TEST(InvoiceRules, DoNotKnowOnWhichInvoiceARebateOfAPartIsDue) {
  Scene scene;
  *scene.contract.mutable_clauses()->mutable_rebate() =
      FromText<v1::RebateClause>("percent { numerator: 5 denominator: 1 }");
  scene.used = Rational::Of(8);
  scene.Bill(5, 100);
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_REBATE_MISSING));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_EQ(findings[0].missing_fact(),
            "how the unused rights spread over the invoices");
  EXPECT_FALSE(findings[0].has_difference());
  // All is used: nothing is due on any of them.
  scene.used = Rational::Of(10);
  EXPECT_THAT(scene.Check(), IsEmpty());
}

TEST(InvoiceRules, DoNotAskForConsumptionWhereAllIsRebated) {
  Scene scene;
  *scene.contract.mutable_clauses()->mutable_rebate() =
      FromText<v1::RebateClause>("percent { numerator: 5 denominator: 1 }");
  *scene.billed.mutable_rebate() =
      FromText<v1::Money>("micros: 50000000 currency: 'EUR'");
  scene.billed.mutable_total()->set_micros(950'000'000);
  EXPECT_THAT(scene.Check(), IsEmpty());
}

TEST(InvoiceRules, FindWhatIsBilledAfterTheEnd) {
  Scene scene;
  scene.billed.set_period_start_date("2027-03-01");
  scene.billed.set_period_end_date("2027-12-31");
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_AFTER_END));
  EXPECT_EQ(findings[0].decided_by(), "contract.end_date");
  EXPECT_EQ(findings[0].difference().micros(), 1'000'000'000);
  // Where only a part lies behind, what that comes to is not said.
  scene.billed.set_period_start_date("2027-02-28");
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_AFTER_END));
  EXPECT_FALSE(findings[0].has_difference());
  // The line ends before the contract.
  scene.line.set_end_date("2026-06-30");
  findings = scene.Check();
  EXPECT_EQ(findings[0].decided_by(), "entitlement.end_date");
  scene.billed.set_period_end_date("2027-02-28");
  scene.line.set_end_date("2027-02-28");
  EXPECT_THAT(scene.Check(), IsEmpty());
}

TEST(InvoiceRules, DoNotKnowWhetherAnInvoiceAfterTheEndBillsWhatIsPast) {
  Scene scene;
  scene.billed.clear_period_start_date();
  scene.billed.clear_period_end_date();
  scene.billed.set_invoice_date("2027-03-01");
  const auto expect_open = [&] {
    const auto findings = scene.Check();
    ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_AFTER_END));
    EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
    EXPECT_EQ(findings[0].missing_fact(), "the last day that is billed");
    EXPECT_FALSE(findings[0].has_difference());
  };
  expect_open();
  scene.billed.set_period_start_date("2027-02-01");
  expect_open();
  scene.billed.clear_period_start_date();
  scene.billed.set_invoice_date("2027-02-28");
  EXPECT_THAT(scene.Check(), IsEmpty());
  // Of what has a period the invoice may come later.
  scene.billed.set_invoice_date("2027-05-01");
  scene.billed.set_period_start_date("2026-01-01");
  scene.billed.set_period_end_date("2026-12-31");
  EXPECT_THAT(scene.Check(), IsEmpty());
}

TEST(InvoiceRules, FindAPeriodThatBeginsAfterTheEnd) {
  Scene scene;
  scene.billed.set_invoice_date("2027-02-01");
  scene.billed.set_period_start_date("2027-03-01");
  scene.billed.clear_period_end_date();
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_AFTER_END));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
  EXPECT_EQ(findings[0].billed().date(), "2027-03-01");
  EXPECT_EQ(findings[0].difference().micros(), 1'000'000'000);
}

TEST(InvoiceRules, LetAMasterRenewAContract) {
  Scene scene;
  scene.master = scene.contract;
  scene.master->set_contract_number("M-1");
  scene.master->mutable_clauses()->mutable_renewal()->set_automatic(true);
  scene.billed.set_period_start_date("2027-03-01");
  scene.billed.set_period_end_date("2027-12-31");
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_AFTER_END));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_EQ(findings[0].missing_fact(), "whether notice was given");
  // What the contract itself says goes before.
  scene.contract.mutable_clauses()->mutable_renewal()->set_automatic(false);
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_AFTER_END));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
}

TEST(InvoiceRules, ReadAnEndThatWasAmendedOnTheDayThatIsBilled) {
  Scene scene;
  v1::Contract extended = scene.contract;
  extended.set_end_date("2029-02-28");
  scene.later_contract.push_back({Day("2027-03-01"), extended});
  v1::Entitlement line = scene.line;
  line.set_end_date("2029-02-28");
  scene.later_line.push_back({Day("2027-03-01"), line});
  scene.billed.set_period_start_date("2027-03-01");
  scene.billed.set_period_end_date("2028-02-28");
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.later_contract.push_back({Day("2028-01-01"), std::nullopt});
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_AFTER_END));
  EXPECT_EQ(findings[0].allowed().date(), "2027-12-31");
}

TEST(InvoiceRules, DoNotKnowWhetherAContractThatRenewsItselfEnded) {
  Scene scene;
  scene.contract.mutable_clauses()->mutable_renewal()->set_automatic(true);
  scene.billed.set_period_start_date("2027-03-01");
  scene.billed.set_period_end_date("2027-12-31");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_AFTER_END));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_EQ(findings[0].missing_fact(), "whether notice was given");
}

TEST(InvoiceRules, FindWhatIsBilledBeforeTheStart) {
  Scene scene;
  scene.billed.set_period_start_date("2024-01-01");
  scene.billed.set_period_end_date("2024-02-29");
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BEFORE_START));
  EXPECT_EQ(findings[0].difference().micros(), 1'000'000'000);
  scene.billed.clear_period_start_date();
  scene.billed.clear_period_end_date();
  scene.billed.set_invoice_date("2024-02-01");
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BEFORE_START));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
}

TEST(InvoiceRules, FindAnotherCurrency) {
  Scene scene;
  scene.Bill(10, 500);
  scene.billed.mutable_unit_price()->set_currency("USD");
  scene.billed.mutable_total()->set_currency("USD");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_OTHER_CURRENCY));
  EXPECT_THAT(findings[0].billed(), EqualsText("text: 'USD'"));
  EXPECT_EQ(findings[0].decided_by(), "contract.currency");
  scene.contract.clear_currency();
  EXPECT_EQ(scene.Check()[0].decided_by(), "entitlement.unit_price");
}

TEST(InvoiceRules, FindWhatIsNotKnownOnce) {
  Scene scene;
  scene.has_line = false;
  EXPECT_THAT(KindsOf(scene.Check()), ElementsAre(Finding::KIND_UNKNOWN_LINE));
  scene.order_is_known = false;
  EXPECT_THAT(KindsOf(scene.Check()), ElementsAre(Finding::KIND_UNKNOWN_ORDER));
  scene.has_contract = false;
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_UNKNOWN_CONTRACT));
  EXPECT_EQ(findings[0].explanation(), "There is no contract C-1.");
  scene.billed.clear_contract_number();
  EXPECT_THAT(KindsOf(scene.Check()), ElementsAre(Finding::KIND_UNKNOWN_ORDER));
  scene.billed.clear_purchase_order();
  EXPECT_THAT(KindsOf(scene.Check()),
              ElementsAre(Finding::KIND_UNKNOWN_CONTRACT));
}

TEST(InvoiceRules, DoNotGuessTheLineOrTheContract) {
  Scene scene;
  scene.has_line = false;
  scene.billed.clear_purchase_order_line();
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_UNKNOWN_LINE));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  scene.billed.clear_contract_number();
  scene.has_contract = false;
  scene.possible_contracts = {"C-1", "C-2"};
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_UNKNOWN_CONTRACT));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_THAT(findings[0].explanation(), HasSubstr("C-1, C-2"));
}

TEST(InvoiceRules, FindTheLaterOfTwoThatBillTheSame) {
  Scene scene;
  scene.BillBefore("R-1", "2025-07-01", "2026-06-30");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].difference().micros(), 1'000'000'000);
  EXPECT_THAT(findings[0].explanation(),
              HasSubstr("billed on invoice R-1 line 1. Together 20"));
  Scene first;
  first.BillBefore("R-1", "2026-02-01", "2026-06-30");
  EXPECT_THAT(first.Check(), IsEmpty());
}

TEST(InvoiceRules, LetPartsOfALineBeBilledApart) {
  Scene scene;
  scene.Bill(5, 100);
  scene.BillBefore("R-0", "2026-01-01", "2026-06-30");
  scene.BillBefore("R-1", "2026-01-02", "2026-03-31")
      .set_invoice_date("2026-01-03");
  // 5 and 5 and 5 on some days, of 10.
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].difference().micros(), 500'000'000);
  // One after the other it is 5 and 5.
  scene.others[1].set_period_start_date("2026-07-01");
  scene.others[1].set_period_end_date("2026-12-31");
  EXPECT_THAT(scene.Check(), IsEmpty());
}

TEST(InvoiceRules, DoNotKnowWhatAnInvoiceWithoutAPeriodBills) {
  Scene scene;
  scene.BillBefore("R-1", "2026-01-01", "2026-12-31");
  scene.others[0].clear_period_start_date();
  scene.others[0].clear_period_end_date();
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_FALSE(findings[0].has_difference());
  // What is bought for good is paid for once.
  scene.line.set_licence_kind(v1::Entitlement::LICENCE_KIND_PERPETUAL);
  scene.line.clear_end_date();
  EXPECT_EQ(scene.Check()[0].state(), Finding::STATE_FOUND);
}

TEST(InvoiceRules, DoNotTakeARightOfNoStatedKindForPaidOnce) {
  using Kind = v1::Entitlement;
  Scene scene;
  scene.line.clear_end_date();
  scene.billed.clear_period_start_date();
  scene.billed.clear_period_end_date();
  scene.BillBefore("R-1", "2025-01-15", "").clear_period_start_date();
  scene.others[0].clear_period_end_date();
  for (const auto kind :
       {Kind::LICENCE_KIND_UNSPECIFIED, Kind::LICENCE_KIND_ADD_ON,
        Kind::LICENCE_KIND_SUBSCRIPTION, Kind::LICENCE_KIND_MAINTENANCE}) {
    scene.line.set_licence_kind(kind);
    const auto findings = scene.Check();
    ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
    EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE) << kind;
    EXPECT_EQ(findings[0].missing_fact(), "the period that is billed");
  }
  for (const auto kind :
       {Kind::LICENCE_KIND_PERPETUAL, Kind::LICENCE_KIND_UPGRADE,
        Kind::LICENCE_KIND_STEP_UP, Kind::LICENCE_KIND_OEM}) {
    scene.line.set_licence_kind(kind);
    const auto findings = scene.Check();
    ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
    EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND) << kind;
  }
}

TEST(InvoiceRules, LetThePriceBeBilledInParts) {
  Scene scene;
  scene.Bill(10, 40);
  scene.BillBefore("R-0", "2026-01-01", "2026-12-31");
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.Bill(10, 60);
  EXPECT_THAT(scene.Check(), IsEmpty());
  // 400 and 610 of 1,000.
  scene.Bill(10, 61);
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
  EXPECT_EQ(findings[0].difference().micros(), 10'000'000);
  // A rebate makes a price no part of one.
  *scene.others[0].mutable_rebate() =
      FromText<v1::Money>("micros: 600000000 currency: 'EUR'");
  scene.Bill(10, 60);
  EXPECT_THAT(KindsOf(scene.Check()), ElementsAre(Finding::KIND_BILLED_TWICE));
  // What all of it costs is not known.
  scene.line.clear_unit_price();
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT,
                                             Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[1].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_EQ(findings[1].missing_fact(), "the price of the order's line");
}

TEST(InvoiceRules, LetPartsOfThePriceBeRoundedUp) {
  Scene scene;
  scene.billed.mutable_unit_price()->set_micros(33'334'000);
  scene.billed.mutable_total()->set_micros(333'340'000);
  scene.BillBefore("R-0", "2026-01-01", "2026-12-31");
  scene.BillBefore("R-1", "2026-01-01", "2026-12-31");
  // 1,000.02 of 1,000, in three totals.
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.billed.mutable_unit_price()->set_micros(33'335'000);
  scene.billed.mutable_total()->set_micros(333'350'000);
  EXPECT_THAT(KindsOf(scene.Check()), ElementsAre(Finding::KIND_BILLED_TWICE));
}

TEST(InvoiceRules, LetARisenPriceBeBilledInParts) {
  Scene scene;
  scene.Escalate(kThreePercent);
  scene.Bill(10, 51);
  scene.BillBefore("R-0", "2026-01-01", "2026-12-31");
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_EQ(findings[0].missing_fact(),
            "the price of the days that are billed");
  scene.Bill(10, 100);
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
}

TEST(InvoiceRules, SayWhereAmountsAreTooLarge) {
  Scene scene;
  *scene.billed.mutable_quantity() =
      FromText<v1::Rational>("numerator: 9223372036854775807 denominator: 1");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_QUANTITY_ABOVE_ORDER,
                                             Finding::KIND_TOTAL_WRONG));
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.state(), Finding::STATE_NOT_DECIDABLE);
    EXPECT_THAT(finding.missing_fact(), HasSubstr("64 bits"));
  }
}

TEST(SmallestUnit, IsThatOfTheCurrency) {
  EXPECT_EQ(SmallestUnitMicros("EUR"), 10'000);
  EXPECT_EQ(SmallestUnitMicros("JPY"), 1'000'000);
  EXPECT_EQ(SmallestUnitMicros("KWD"), 1'000);
}

// --- against models that go day by day ---------------------------------------

// What a naive reading of the words finds, for whole quantities.
class NaiveModel {
 public:
  // Of a line that bills `mine` from `first` to `last`, what is above `bought`
  // because of earlier ones.
  struct Billing {
    int64_t quantity;
    int first;
    int last;
  };
  static int64_t Again(const Billing& mine, const std::vector<Billing>& earlier,
                       int64_t bought) {
    int64_t most = 0;
    for (int day = mine.first; day <= mine.last; ++day) {
      int64_t before = 0;
      for (const Billing& other : earlier) {
        if (other.first <= day && day <= other.last) before += other.quantity;
      }
      // Units of `mine` that find nothing left beyond those that never could.
      int64_t again = 0;
      for (int64_t unit = 1; unit <= std::min(mine.quantity, bought); ++unit) {
        if (before + unit > bought) ++again;
      }
      const int64_t left = std::max<int64_t>(0, mine.quantity - bought);
      most = std::max(most, std::min(again + left, mine.quantity) - left);
    }
    return most;
  }

  // Years of a contract from `start`, counted day by day.
  static int Years(CivilDate start, const CivilDate& day) {
    int years = 0;
    const std::string anniversary = start.ToString().substr(4);
    while (start < day) {
      start = *start.Plus(1);
      if (start.ToString().substr(4) == anniversary) ++years;
    }
    return years;
  }
};

TEST(InvoiceProperties, BilledTwiceIsWhatTheDaysSay) {
  std::mt19937_64 random(20261123);
  const auto draw = [&](int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random);
  };
  int found = 0;
  for (int round = 0; round < 3'000; ++round) {
    Scene scene;
    const int64_t bought = draw(1, 6);
    scene.line.mutable_quantity()->mutable_value()->set_numerator(bought);
    const CivilDate begin = Day("2026-01-01");
    std::vector<NaiveModel::Billing> earlier;
    const int64_t count = draw(0, 4);
    for (int64_t i = 0; i < count; ++i) {
      const int first = static_cast<int>(draw(0, 9));
      const int last = static_cast<int>(draw(first, 9));
      v1::InvoiceLine& other = scene.BillBefore(absl::StrCat("R-0", i),
                                                begin.Plus(first)->ToString(),
                                                begin.Plus(last)->ToString());
      other.set_invoice_date("2025-12-31");
      const int64_t quantity = draw(1, 4);
      other.mutable_quantity()->set_numerator(quantity);
      earlier.push_back({quantity, first, last});
    }
    const int first = static_cast<int>(draw(0, 9));
    const int last = static_cast<int>(draw(first, 9));
    scene.billed.set_period_start_date(begin.Plus(first)->ToString());
    scene.billed.set_period_end_date(begin.Plus(last)->ToString());
    const int64_t quantity = draw(1, 8);
    scene.Bill(quantity, 100);
    const int64_t again =
        NaiveModel::Again({quantity, first, last}, earlier, bought);
    int64_t said = 0;
    for (const Finding& finding : scene.Check()) {
      if (finding.kind() != Finding::KIND_BILLED_TWICE) continue;
      EXPECT_EQ(finding.state(), Finding::STATE_FOUND);
      said = finding.difference().micros() / 100'000'000;
    }
    ASSERT_EQ(said, again) << "round " << round;
    found += again > 0 ? 1 : 0;
  }
  EXPECT_GT(found, 300);
}

TEST(InvoiceProperties, TotalsAreRightToLessThanACent) {
  std::mt19937_64 random(20261124);
  const auto draw = [&](int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random);
  };
  int wrong = 0;
  for (int round = 0; round < 3'000; ++round) {
    Scene scene;
    scene.line.mutable_quantity()->set_unlimited(true);
    const int64_t numerator = draw(1, 2'000);
    const int64_t denominator = draw(1, 30);
    const Rational quantity = *Rational::Make(numerator, denominator);
    *scene.billed.mutable_quantity() = quantity.ToProto();
    const int64_t price = draw(0, 50'000'000);
    scene.billed.mutable_unit_price()->set_micros(price);
    const int64_t rebate = draw(0, 1) * draw(0, 1'000'000);
    scene.billed.mutable_rebate()->set_micros(rebate);
    const int64_t near = price * numerator / denominator - rebate;
    const int64_t total = std::max<int64_t>(0, near + draw(-18'000, 18'000));
    scene.billed.mutable_total()->set_micros(total);
    // |total - (price * n / d - rebate)| >= 10,000, times d.
    const __int128 off = static_cast<__int128>(total + rebate) * denominator -
                         static_cast<__int128>(price) * numerator;
    const __int128 bound = static_cast<__int128>(10'000) * denominator;
    const bool expected = off >= bound || off <= -bound;
    bool said = false;
    for (const Finding& finding : scene.Check()) {
      if (finding.kind() != Finding::KIND_TOTAL_WRONG) continue;
      said = true;
      EXPECT_EQ(finding.difference().micros(),
                static_cast<int64_t>(off / denominator));
    }
    ASSERT_EQ(said, expected) << "round " << round;
    wrong += expected ? 1 : 0;
  }
  EXPECT_GT(wrong, 300);
  EXPECT_LT(wrong, 2'700);
}

TEST(InvoiceProperties, RisesAreWhatTheYearsAllow) {
  std::mt19937_64 random(20261125);
  const auto draw = [&](int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random);
  };
  int above = 0;
  for (int round = 0; round < 1'000; ++round) {
    Scene scene;
    const CivilDate start =
        *Day("2020-02-20").Plus(static_cast<int>(draw(0, 20)));
    // A leap day's anniversary does not come by counting days.
    if (start.ToString().substr(5) == "02-29") continue;
    scene.contract.set_start_date(start.ToString());
    scene.line.set_start_date(start.ToString());
    const int64_t tenths = draw(0, 60);
    *scene.contract.mutable_clauses()
         ->mutable_price_escalator()
         ->mutable_cap_percent() = Rational::Make(tenths, 10)->ToProto();
    const int64_t stated = draw(1, 500'000'000);
    scene.line.mutable_unit_price()->set_micros(stated);
    const CivilDate first = *start.Plus(static_cast<int>(draw(0, 6 * 365)));
    scene.billed.set_period_start_date(first.ToString());
    scene.billed.set_period_end_date(first.Plus(1)->ToString());
    __int128 allowed = stated;
    for (int year = 0; year < NaiveModel::Years(start, first); ++year) {
      allowed = (allowed * (1'000 + tenths) + 999) / 1'000;
    }
    const int64_t price =
        std::max<int64_t>(0, static_cast<int64_t>(allowed) + draw(-2, 2));
    scene.billed.mutable_unit_price()->set_micros(price);
    bool said = false;
    for (const Finding& finding : scene.Check()) {
      if (finding.kind() != Finding::KIND_RISE_ABOVE_CAP &&
          finding.kind() != Finding::KIND_PRICE_ABOVE_CONTRACT) {
        continue;
      }
      said = true;
      EXPECT_EQ(finding.state(), Finding::STATE_FOUND);
      EXPECT_EQ(finding.allowed().money().micros(),
                static_cast<int64_t>(allowed));
    }
    ASSERT_EQ(said, price > allowed) << "round " << round;
    above += said ? 1 : 0;
  }
  EXPECT_GT(above, 100);
}

TEST(InvoiceRules, BeginAYearOfALeapDayInMarch) {
  Scene scene;
  scene.contract.set_start_date("2024-02-29");
  scene.line.set_start_date("2024-02-29");
  scene.Escalate(kThreePercent);
  scene.Bill(10, 103);
  scene.billed.set_period_start_date("2025-02-28");
  scene.billed.set_period_end_date("2025-12-31");
  EXPECT_THAT(KindsOf(scene.Check()),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT));
  scene.billed.set_period_start_date("2025-03-01");
  EXPECT_THAT(scene.Check(), IsEmpty());
}

}  // namespace
}  // namespace rollcall::collector
