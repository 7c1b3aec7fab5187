// What was billed against how long contracts run. Pure.
#pragma once

#include "collector/contracts/invoices/invoice_facts.h"

namespace rollcall::collector {

// KIND_AFTER_END (R18). The earlier of both ends decides, the contract's where
// they are the same. Not decidable where a contract that renews itself, by its
// own clause or its master's, is past its last day: whether notice was given is
// not known; but the line's own end decides where that comes later and is past,
// too. Nor where the invoice alone is later and the last day that is billed is
// not stated: it may bill what is past.
RuleResult CheckEnd(const InvoiceFacts& facts);

// KIND_BEFORE_START. The later of both starts decides. Not decidable where the
// invoice alone is earlier, and neither the first day that is billed is stated
// nor a last one before the start: it may bill in advance.
RuleResult CheckStart(const InvoiceFacts& facts);

}  // namespace rollcall::collector
