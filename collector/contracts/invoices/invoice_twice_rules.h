// Whether several lines of invoices bill the same. Pure.
#pragma once

#include "collector/contracts/invoices/invoice_facts.h"

namespace rollcall::collector {

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
