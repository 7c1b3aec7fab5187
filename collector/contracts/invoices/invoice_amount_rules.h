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

// KIND_BILLED_TWICE. Of the lines that bill some of the same days, those that
// come later are found: those with which more is billed for a day than was
// bought then, unless together they come to no more than the price of all that
// was bought: each then bills a part of it. How much was billed too much, less
// its part of the rebate, is told where it is the same on all days of the line.
// A line without a period bills all days of a right that is paid for once:
// bought for good, as an upgrade or step-up or with a device. Of another, and
// of a right of no stated kind, it is not known which days it bills.
RuleResult CheckBilledTwice(const InvoiceFacts& facts);

}  // namespace rollcall::collector
