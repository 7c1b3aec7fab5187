// How much was billed, and what it comes to. Pure.
#pragma once

#include "collector/contracts/invoices/invoice_facts.h"

namespace rollcall::collector {

// KIND_QUANTITY_ABOVE_ORDER: of packs where the line was bought in packs. Not
// decidable where the first day that is billed is not stated and enough was
// bought on another day. Of what was billed too much the line's rebate is taken
// off in proportion.
RuleResult CheckQuantity(const InvoiceFacts& facts);

// KIND_TOTAL_WRONG. Whatever the contract says.
RuleResult CheckTotal(const InvoiceFacts& facts);

// KIND_REBATE_MISSING (R14): the clause's part of the price that was billed,
// for each right that was not used, but for no more than was billed. The
// invoice's rebate may be rounded to the smallest unit of the currency. Not
// decidable without consumption, nor where a part of what was bought is billed:
// its other invoices may have the rebate.
RuleResult CheckRebate(const InvoiceFacts& facts);

}  // namespace rollcall::collector
