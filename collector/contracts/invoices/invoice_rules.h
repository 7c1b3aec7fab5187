// What is wrong with a line of an invoice, by what contracts say. Pure; exact:
// what is rounded, and how, is said in invoice_service.proto.
#pragma once

#include <vector>

#include "collector/contracts/invoices/invoice_facts.h"
#include "rollcall/v1/invoice_service.pb.h"

namespace rollcall::collector {

// All findings, at most one of a kind, ordered by kind.
std::vector<v1::InvoiceFinding> CheckInvoiceLine(const InvoiceFacts& facts);

}  // namespace rollcall::collector
