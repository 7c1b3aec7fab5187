// What is wrong with invoices. Pure.
#pragma once

#include <string>

#include "rollcall/v1/invoice_service.pb.h"

namespace rollcall::cli {

// Fitted to `width`, empty if there is no finding. Under it, for each currency,
// what was billed too much at least: findings of one line may be about the same
// money, so that of each line the largest counts.
std::string InvoiceFindingsTable(
    const v1::ListInvoiceFindingsResponse& response, int width);
// A header line and one line a finding.
std::string InvoiceFindingsCsv(const v1::ListInvoiceFindingsResponse& response);

}  // namespace rollcall::cli
