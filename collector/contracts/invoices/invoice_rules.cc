#include "collector/contracts/invoices/invoice_rules.h"

#include "collector/contracts/invoices/invoice_amount_rules.h"
#include "collector/contracts/invoices/invoice_name_rules.h"
#include "collector/contracts/invoices/invoice_price_rules.h"
#include "collector/contracts/invoices/invoice_term_rules.h"
#include "collector/contracts/invoices/invoice_twice_rules.h"

namespace rollcall::collector {
namespace {

struct Rule {
  v1::InvoiceFinding::Kind kind;
  RuleResult (*check)(const InvoiceFacts& facts);
};

// In the order of the kinds.
constexpr Rule kRules[] = {
    {v1::InvoiceFinding::KIND_PRICE_ABOVE_CONTRACT, CheckPrice},
    {v1::InvoiceFinding::KIND_RISE_ABOVE_CAP, CheckRise},
    {v1::InvoiceFinding::KIND_QUANTITY_ABOVE_ORDER, CheckQuantity},
    {v1::InvoiceFinding::KIND_TOTAL_WRONG, CheckTotal},
    {v1::InvoiceFinding::KIND_REBATE_MISSING, CheckRebate},
    {v1::InvoiceFinding::KIND_AFTER_END, CheckEnd},
    {v1::InvoiceFinding::KIND_BEFORE_START, CheckStart},
    {v1::InvoiceFinding::KIND_OTHER_CURRENCY, CheckCurrency},
    {v1::InvoiceFinding::KIND_UNKNOWN_CONTRACT, CheckContractName},
    {v1::InvoiceFinding::KIND_UNKNOWN_ORDER, CheckOrderName},
    {v1::InvoiceFinding::KIND_UNKNOWN_LINE, CheckLineName},
    {v1::InvoiceFinding::KIND_BILLED_TWICE, CheckBilledTwice},
};

}  // namespace

std::vector<v1::InvoiceFinding> CheckInvoiceLine(const InvoiceFacts& facts) {
  std::vector<v1::InvoiceFinding> findings;
  for (const Rule& rule : kRules) {
    RuleResult result = rule.check(facts);
    if (!result.ok()) {
      result = MakeFinding(facts, rule.kind,
                           v1::InvoiceFinding::STATE_NOT_DECIDABLE);
      (*result)->set_missing_fact("an exact amount that fits into 64 bits");
      (*result)->set_explanation(
          "The amounts are too large, or have too many digits, to be compared "
          "exactly.");
    }
    if (result->has_value()) findings.push_back(**std::move(result));
  }
  return findings;
}

}  // namespace rollcall::collector
