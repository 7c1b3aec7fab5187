// A record's cells → an entitlement, or what is wrong with them. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/exchange/import_target.h"
#include "collector/csv/csv_reader.h"
#include "common/id.h"

namespace rollcall::collector {

// The fields that a mapping may fill: the columns of the collector's own files,
// and more.
absl::Span<const TargetField> EntitlementFields();

// Reads a record of those fields; see ImportTarget.
ReadLine ReadEntitlementLine(const CsvRecord& record,
                             const LineContext& context);

// Reads a record of the collector's own columns into `line`, which is empty
// before. `metrics` are the names of the known ones. What is wrong, in order of
// column; none: the line is sound.
std::vector<v1::ImportError> ReadOwnEntitlementLine(
    const CsvRecord& record, absl::Span<const std::string> metrics,
    v1::Entitlement& line);

// The id of a line: a hash of contract number, purchase order and line,
// ignoring ASCII case, so that a file that writes "po-7" for "PO-7" buys
// nothing twice.
EntitlementId ComputeEntitlementId(absl::string_view contract_number,
                                   absl::string_view purchase_order,
                                   absl::string_view line);

}  // namespace rollcall::collector
