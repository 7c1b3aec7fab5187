// Whether what an invoice names is known. Pure.
#pragma once

#include "collector/contracts/invoices/invoice_facts.h"

namespace rollcall::collector {

// Of these three at most one finds something: where the contract is not known,
// the order is not looked for, and so on.

// KIND_UNKNOWN_CONTRACT.
RuleResult CheckContractName(const InvoiceFacts& facts);

// KIND_UNKNOWN_ORDER.
RuleResult CheckOrderName(const InvoiceFacts& facts);

// KIND_UNKNOWN_LINE. Not decidable where the invoice names none.
RuleResult CheckLineName(const InvoiceFacts& facts);

}  // namespace rollcall::collector
