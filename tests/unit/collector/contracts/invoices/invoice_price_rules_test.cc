#include "collector/contracts/invoices/invoice_price_rules.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/sanitizer.h"
#include "tests/unit/collector/contracts/invoices/invoice_scene.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;
using ::testing::ElementsAre;
using testing::EqualsText;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
  scene.later_line.push_back({InvoiceDay("2025-06-01"), amended});
  amended.set_notes("more");
  scene.later_line.push_back({InvoiceDay("2025-09-01"), amended});
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

TEST(InvoiceRules, RaiseLargePricesByCapsOfManyDigits) {
  Scene scene;
  scene.Escalate("cap_percent { numerator: 3456789 denominator: 1000000 }");
  scene.contract.set_start_date("2023-01-01");
  scene.line.set_start_date("2023-01-01");
  scene.line.mutable_unit_price()->set_micros(100'000'000'001);
  // (1.03456789)^3 of it, each year rounded up.
  __int128 allowed = 100'000'000'001;
  for (int year = 0; year < 3; ++year) {
    allowed = (allowed * 103'456'789 + 99'999'999) / 100'000'000;
  }
  const auto micros = static_cast<int64_t>(allowed);
  scene.Bill(1, 0);
  scene.billed.mutable_unit_price()->set_micros(micros);
  scene.billed.mutable_total()->set_micros(micros);
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.billed.mutable_unit_price()->set_micros(micros + 1);
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_RISE_ABOVE_CAP));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
  EXPECT_EQ(findings[0].difference().micros(), 1);
}

TEST(InvoiceRules, LetAPriceRiseFurtherThanThereAreAmounts) {
  Scene scene;
  scene.Escalate("cap_percent { numerator: 100 denominator: 1 }");
  scene.contract.set_start_date("1991-01-01");
  scene.line.set_start_date("1991-01-01");
  scene.line.mutable_unit_price()->set_micros(100'000'000'000);
  scene.Bill(1, 900'000'000'000);
  EXPECT_THAT(scene.Check(), IsEmpty());
}

// --- against a model that goes day by day
// --------------------------------------

// Years of a contract from `start`, counted day by day.
int YearsDayByDay(CivilDate start, const CivilDate& day) {
  int years = 0;
  const std::string anniversary = start.ToString().substr(4);
  while (start < day) {
    start = *start.Plus(1);
    if (start.ToString().substr(4) == anniversary) ++years;
  }
  return years;
}

TEST(InvoiceProperties, RisesAreWhatTheYearsAllow) {
  std::mt19937_64 random(20261125);
  const auto draw = [&](int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random);
  };
  int above = 0;
  constexpr int kRounds = testing::Rounds(1'000);
  for (int round = 0; round < kRounds; ++round) {
    Scene scene;
    const CivilDate start =
        *InvoiceDay("2020-02-20").Plus(static_cast<int>(draw(0, 20)));
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
    for (int year = 0; year < YearsDayByDay(start, first); ++year) {
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
  EXPECT_GT(above, kRounds / 10);
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
