#include "collector/contracts/invoices/invoice_name_rules.h"

#include "gmock/gmock.h"
#include "tests/unit/collector/contracts/invoices/invoice_scene.h"

namespace rollcall::collector {
namespace {

using Finding = v1::InvoiceFinding;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace rollcall::collector
