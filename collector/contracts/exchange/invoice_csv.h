// Lines of invoices in files. Pure.
#pragma once

#include "absl/types/span.h"
#include "collector/contracts/exchange/import_target.h"

namespace rollcall::collector {

// The fields of an invoice's line, as v1::InvoiceLine has them; prices are in
// the currency of the line.
absl::Span<const TargetField> InvoiceFields();

// Reads a record of those fields; see ImportTarget.
ReadLine ReadInvoiceLine(const CsvRecord& record, const LineContext& context);

}  // namespace rollcall::collector
