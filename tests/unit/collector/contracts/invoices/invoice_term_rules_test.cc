#include "collector/contracts/invoices/invoice_term_rules.h"

#include <string>

#include "gmock/gmock.h"
#include "tests/unit/collector/contracts/invoices/invoice_scene.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

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
  scene.later_contract.push_back({InvoiceDay("2027-03-01"), extended});
  v1::Entitlement line = scene.line;
  line.set_end_date("2029-02-28");
  scene.later_line.push_back({InvoiceDay("2027-03-01"), line});
  scene.billed.set_period_start_date("2027-03-01");
  scene.billed.set_period_end_date("2028-02-28");
  EXPECT_THAT(scene.Check(), IsEmpty());
  scene.later_contract.push_back({InvoiceDay("2028-01-01"), std::nullopt});
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

TEST(InvoiceRules, FindALineThatIsOverWhetherItsContractWasRenewedOrNot) {
  Scene scene;
  scene.contract.mutable_clauses()->mutable_renewal()->set_automatic(true);
  scene.contract.set_end_date("2025-12-31");
  scene.line.set_end_date("2026-03-31");
  scene.billed.set_period_start_date("2027-01-01");
  scene.billed.set_period_end_date("2027-12-31");
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_AFTER_END));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
  EXPECT_EQ(findings[0].decided_by(), "entitlement.end_date");
  EXPECT_EQ(findings[0].allowed().date(), "2026-03-31");
  EXPECT_EQ(findings[0].difference().micros(), 1'000'000'000);
  // Before the line's end notice decides.
  scene.billed.set_period_start_date("2026-01-01");
  scene.billed.set_period_end_date("2026-03-31");
  findings = scene.Check();
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

TEST(InvoiceRules, FindAPeriodThatEndsBeforeTheStart) {
  Scene scene;
  scene.billed.set_invoice_date("2024-02-15");
  scene.billed.clear_period_start_date();
  scene.billed.set_period_end_date("2024-02-29");
  auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BEFORE_START));
  EXPECT_EQ(findings[0].state(), Finding::STATE_FOUND);
  EXPECT_EQ(findings[0].billed().date(), "2024-02-29");
  EXPECT_EQ(findings[0].difference().micros(), 1'000'000'000);
  EXPECT_EQ(findings[0].explanation(),
            "The invoice is of 2024-02-15; what is billed ends on 2024-02-29; "
            "the first day of contract C-1 is 2024-03-01.");
  // One that ends later may begin later.
  scene.billed.set_period_end_date("2024-03-01");
  findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_BEFORE_START));
  EXPECT_EQ(findings[0].state(), Finding::STATE_NOT_DECIDABLE);
  EXPECT_EQ(findings[0].missing_fact(), "the first day that is billed");
  EXPECT_FALSE(findings[0].has_difference());
}

TEST(InvoiceRules, DoNotTakeTheDayOfAnInvoiceForTheFirstThatIsBilled) {
  Scene scene;
  scene.billed.set_invoice_date("2027-01-15");
  scene.billed.clear_period_start_date();
  scene.billed.set_period_end_date("2027-12-31");
  const auto findings = scene.Check();
  ASSERT_THAT(KindsOf(findings), ElementsAre(Finding::KIND_AFTER_END));
  EXPECT_THAT(findings[0].explanation(),
              StartsWith("The invoice is of 2027-01-15; what is billed ends on "
                         "2027-12-31; "));
}

}  // namespace
}  // namespace rollcall::collector
