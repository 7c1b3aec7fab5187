#include "collector/contracts/invoices/invoice_amount_rules.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/contracts/money.h"
#include "gmock/gmock.h"
#include "tests/unit/collector/contracts/invoices/invoice_scene.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;
using ::testing::ElementsAre;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

TEST(InvoiceRules, FindTheLaterOfTwoThatBillTheSame) {
  Scene scene;
  scene.BillBefore("R-1", "2026-01-01", "2026-12-31");
  scene.others[0].set_invoice_date("2026-01-01");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].difference().micros(), 1'000'000'000);
  EXPECT_THAT(findings[0].explanation(),
              HasSubstr("billed on invoice R-1 line 1. Together 20"));
  Scene first;
  first.BillBefore("R-1", "2026-02-01", "2026-06-30");
  EXPECT_THAT(first.Check(), IsEmpty());
}

TEST(InvoiceRules, ClaimNoRebateBackOfWhatIsBilledTwice) {
  Scene scene;
  scene.BillBefore("R-1", "2026-01-01", "2026-12-31");
  *scene.billed.mutable_rebate() =
      FromText<v1::Money>("micros: 300000000 currency: 'EUR'");
  scene.billed.mutable_total()->set_micros(700'000'000);
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].difference().micros(), 700'000'000);
  // 4 of 10 again: 400 less 120.
  scene.others[0].mutable_quantity()->set_numerator(4);
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].difference().micros(), 280'000'000);
  // All of it is a rebate.
  scene.billed.mutable_rebate()->set_micros(1'000'000'000);
  scene.billed.mutable_total()->set_micros(0);
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].difference().micros(), 0);
  EXPECT_EQ(findings[0].difference().currency(), "EUR");
}

TEST(InvoiceRules, ClaimNoRebateBackOfMoreThanWasBought) {
  Scene scene;
  scene.Bill(12, 100);
  *scene.billed.mutable_rebate() =
      FromText<v1::Money>("micros: 240000000 currency: 'EUR'");
  scene.billed.mutable_total()->set_micros(960'000'000);
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings),
              ElementsAre(Finding::KIND_QUANTITY_ABOVE_ORDER));
  EXPECT_EQ(findings[0].difference().micros(), 160'000'000);
  // A sixth of 1,100.000001 is rounded down.
  scene.billed.mutable_rebate()->set_micros(99'999'999);
  scene.billed.mutable_total()->set_micros(1'100'000'001);
  EXPECT_EQ(scene.Check()[0].difference().micros(), 183'333'333);
}

TEST(InvoiceRules, NeverClaimMoreBackThanTheTotal) {
  Scene scene;
  scene.Bill(12, 100);
  scene.billed.mutable_total()->set_micros(150'000'000);
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_QUANTITY_ABOVE_ORDER,
                                             Finding::KIND_TOTAL_WRONG));
  EXPECT_EQ(findings[0].difference().micros(), 150'000'000);
}

TEST(InvoiceRules, TakeTheRebateOffAmountsThatNearlyFill64Bits) {
  Scene scene;
  scene.billed.mutable_quantity()->set_numerator(1'000'003);
  scene.billed.mutable_unit_price()->set_micros(3'000'000'000'001);
  *scene.billed.mutable_rebate() =
      FromText<v1::Money>("micros: 1000003000001000003 currency: 'EUR'");
  scene.billed.mutable_total()->set_micros(2'000'006'000'000'000'000);
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings),
              ElementsAre(Finding::KIND_PRICE_ABOVE_CONTRACT,
                          Finding::KIND_QUANTITY_ABOVE_ORDER));
  // 999,993 are too many, of which each comes to two millions.
  EXPECT_EQ(findings[1].difference().micros(), 1'999'986'000'000'000'000);
}

TEST(InvoiceRules, DoNotClaimAYearBackForADayThatWasBilledTwice) {
  Scene scene;
  scene.BillBefore("R-1", "2025-01-01", "2026-01-01");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
  EXPECT_FALSE(findings[0].has_difference());
  EXPECT_THAT(findings[0].explanation(),
              HasSubstr("How the total spreads over the days is not stated"));
  // Nor of all days but one.
  scene.others[0].set_period_end_date("2026-12-30");
  EXPECT_FALSE(scene.Check()[0].has_difference());
  scene.others[0].set_period_end_date("2026-12-31");
  EXPECT_TRUE(scene.Check()[0].has_difference());
  scene.others[0].set_period_end_date("2025-12-31");
  EXPECT_THAT(scene.Check(), IsEmpty());
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
  EXPECT_FALSE(findings[0].has_difference());
  // And on all.
  scene.billed.set_period_start_date("2026-01-02");
  scene.billed.set_period_end_date("2026-03-31");
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].difference().micros(), 500'000'000);
  scene.billed.set_period_start_date("2026-01-01");
  scene.billed.set_period_end_date("2026-12-31");
  // One after the other it is 5 and 5.
  scene.others[1].set_period_start_date("2026-07-01");
  scene.others[1].set_period_end_date("2026-12-31");
  EXPECT_THAT(scene.Check(), IsEmpty());
}

// A line of 100, and of 200 from July on.
Scene TruedUpInJuly() {
  Scene scene;
  scene.line.mutable_quantity()->mutable_value()->set_numerator(100);
  scene.line.mutable_unit_price()->set_micros(12'000'000);
  v1::Entitlement more = scene.line;
  more.mutable_quantity()->mutable_value()->set_numerator(200);
  scene.later_line.push_back({InvoiceDay("2026-07-01"), more});
  return scene;
}

TEST(InvoiceRules, CountOnEachDayWhatWasBoughtThen) {
  // The year is billed when it is over, and the half when it begins.
  Scene scene = TruedUpInJuly();
  scene.Bill(100, 6);
  scene.BillBefore("R-1", "2026-07-01", "2026-12-31");
  scene.Bill(100, 12);
  scene.billed.set_invoice_date("2026-12-31");
  EXPECT_THAT(scene.Check(), IsEmpty());
  // The other half, too: in January 200 are billed, of 100.
  scene.others[0].set_period_start_date("2026-01-01");
  scene.others[0].mutable_total()->set_micros(1'200'000'000);
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
  EXPECT_EQ(findings[0].allowed().quantity().value().numerator(), 100);
  EXPECT_FALSE(findings[0].has_difference());
}

TEST(InvoiceRules, FindWhatIsAboveWhatWasBoughtOnALaterDay) {
  Scene scene = TruedUpInJuly();
  std::swap(scene.line, *scene.later_line[0].state);
  scene.Bill(100, 12);
  scene.BillBefore("R-1", "2026-01-01", "2026-12-31");
  scene.billed.set_period_end_date("2026-06-30");
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.billed.set_period_end_date("2026-07-01");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
  EXPECT_FALSE(findings[0].has_difference());
}

TEST(InvoiceRules, ClaimAllBackWhereAnAmendmentLeavesTheQuantity) {
  Scene scene;
  v1::Entitlement extended = scene.line;
  extended.set_end_date("2029-02-28");
  scene.later_line.push_back({InvoiceDay("2026-07-01"), extended});
  scene.BillBefore("R-1", "2026-01-01", "2026-12-31");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BILLED_TWICE));
  EXPECT_EQ(findings[0].difference().micros(), 1'000'000'000);
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

TEST(SmallestUnit, IsThatOfTheCurrency) {
  EXPECT_EQ(SmallestUnitMicros("EUR"), 10'000);
  EXPECT_EQ(SmallestUnitMicros("JPY"), 1'000'000);
  EXPECT_EQ(SmallestUnitMicros("KWD"), 1'000);
}

// --- against models that go day by day ---------------------------------------

// What a naive reading of the words finds, for whole quantities.
class NaiveBillings {
 public:
  // Of a line that bills `mine` from `first` to `last`, what is above `bought`
  // because of earlier ones.
  struct Billing {
    int64_t quantity;
    int first;
    int last;
  };
  struct Excess {
    int64_t least;
    int64_t most;
  };
  // So many were bought up to a day, and from then on.
  struct Bought {
    int64_t at_first;
    int change;
    int64_t then;
  };
  static Excess Again(const Billing& mine, const std::vector<Billing>& earlier,
                      const Bought& all) {
    Excess excess = {mine.quantity, 0};
    for (int day = mine.first; day <= mine.last; ++day) {
      const int64_t bought = day < all.change ? all.at_first : all.then;
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
      const int64_t here = std::min(again + left, mine.quantity) - left;
      excess.least = std::min(excess.least, here);
      excess.most = std::max(excess.most, here);
    }
    return excess;
  }
};

TEST(InvoiceProperties, BilledTwiceIsWhatTheDaysSay) {
  std::mt19937_64 random(20261123);
  const auto draw = [&](int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random);
  };
  int found = 0;
  int exact = 0;
  for (int round = 0; round < 3'000; ++round) {
    Scene scene;
    const int64_t bought = draw(1, 6);
    scene.line.mutable_quantity()->mutable_value()->set_numerator(bought);
    const CivilDate begin = InvoiceDay("2026-01-01");
    NaiveBillings::Bought all = {bought, 0, bought};
    if (draw(0, 2) == 0) {
      all = {bought, static_cast<int>(draw(0, 9)), draw(1, 6)};
      v1::Entitlement then = scene.line;
      then.mutable_quantity()->mutable_value()->set_numerator(all.then);
      scene.later_line.push_back({begin.Plus(all.change), then});
    }
    std::vector<NaiveBillings::Billing> earlier;
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
    const NaiveBillings::Excess again =
        NaiveBillings::Again({quantity, first, last}, earlier, all);
    bool said = false;
    for (const Finding& finding : scene.Check()) {
      if (finding.kind() != Finding::KIND_BILLED_TWICE) continue;
      said = true;
      EXPECT_EQ(finding.state(), Finding::STATE_FOUND);
      ASSERT_EQ(finding.has_difference(), again.least == again.most)
          << "round " << round;
      if (!finding.has_difference()) continue;
      EXPECT_EQ(finding.difference().micros(), again.most * 100'000'000);
      ++exact;
    }
    ASSERT_EQ(said, again.most > 0) << "round " << round;
    found += said ? 1 : 0;
  }
  EXPECT_GT(found, 300);
  EXPECT_GT(exact, 100);
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

}  // namespace
}  // namespace rollcall::collector
