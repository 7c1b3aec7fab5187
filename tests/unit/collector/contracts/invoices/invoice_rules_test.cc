#include "collector/contracts/invoices/invoice_rules.h"

#include "gmock/gmock.h"
#include "tests/unit/collector/contracts/invoices/invoice_scene.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;
using ::testing::ElementsAre;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(InvoiceRules, FindNothingWhereTheInvoiceIsRight) {
  EXPECT_THAT(Scene().Check(), IsEmpty());
}

TEST(InvoiceRules, DoNotKnowWhichStateOfTheLineIsBilledWithoutAPeriod) {
  Scene scene;
  v1::Entitlement amended = scene.line;
  amended.mutable_quantity()->mutable_value()->set_numerator(15);
  amended.mutable_unit_price()->set_micros(130'000'000);
  scene.later_line.push_back({InvoiceDay("2026-02-01"), amended});
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

}  // namespace
}  // namespace rollcall::collector
