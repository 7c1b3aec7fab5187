// Files of entitlement lines, as purchasing exports them. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/exchange/import_target.h"
#include "collector/csv/csv_reader.h"
#include "collector/csv/import_file.h"
#include "common/id.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Reads a CSV file whose columns deploy/sample/README.md describes. Every value
// is checked; two lines that name the same line of the same purchase order
// under the same contract are both bad. `metrics` are the names of the known
// ones. The text of good lines is as long as `content` is.
ImportedFile ReadEntitlementCsv(absl::string_view content,
                                absl::Span<const std::string> metrics);

// The columns of that file.
absl::Span<const CsvColumn> OwnEntitlementColumns();

// The fields that a mapping may fill: the columns of that file, and more.
absl::Span<const TargetField> EntitlementFields();

// Reads a record of those fields; see ImportTarget.
ReadLine ReadEntitlementLine(const CsvRecord& record,
                             const LineContext& context);

// The id of a line: a hash of contract number, purchase order and line,
// ignoring ASCII case, so that a file that writes "po-7" for "PO-7" buys
// nothing twice.
EntitlementId ComputeEntitlementId(absl::string_view contract_number,
                                   absl::string_view purchase_order,
                                   absl::string_view line);

}  // namespace rollcall::collector
