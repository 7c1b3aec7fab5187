// Prices that were billed against those that contracts name. Pure.
#pragma once

#include "collector/contracts/invoices/invoice_facts.h"

namespace rollcall::collector {

// KIND_PRICE_ABOVE_CONTRACT. A pack's price is compared with a pack's, one
// unit's with one unit's, and neither with the other. Not decidable where the
// first day that is billed is not stated and the line's price of another day is
// high enough, or is with the rise of a year: so for CheckRise.
RuleResult CheckPrice(const InvoiceFacts& facts);

// KIND_RISE_ABOVE_CAP: against the price that the order's line states, and
// against the last price that was billed for it in an earlier year. That is one
// of the same part, where both state it, and of a period about as long: up to
// half a year within three days, else within one. Not comparable where all that
// was billed before is of something else.
RuleResult CheckRise(const InvoiceFacts& facts);

// KIND_OTHER_CURRENCY: that of the contract, or of the line's price where the
// contract states none. Prices are not compared then.
RuleResult CheckCurrency(const InvoiceFacts& facts);

}  // namespace rollcall::collector
