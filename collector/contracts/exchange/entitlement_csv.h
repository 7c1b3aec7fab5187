// Files of entitlement lines, as purchasing exports them. Pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/exchange/import_target.h"
#include "collector/csv/csv_reader.h"

namespace rollcall::collector {

// Reads a CSV file whose columns deploy/sample/README.md describes. Every value
// is checked; two lines that name the same line of the same purchase order
// under the same contract are both bad. `metrics` are the names of the known
// ones. The text of good lines is as long as `content` is.
ImportedFile ReadEntitlementCsv(absl::string_view content,
                                absl::Span<const std::string> metrics);

// The columns of that file.
absl::Span<const CsvColumn> OwnEntitlementColumns();

}  // namespace rollcall::collector
