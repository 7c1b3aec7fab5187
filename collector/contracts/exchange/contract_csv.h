// Contracts in files: one a line. Pure.
#pragma once

#include <string>

#include "absl/types/span.h"
#include "collector/contracts/exchange/import_target.h"

namespace rollcall::collector {

// The fields of a contract that a file can say; lists have ";" between their
// entries, and owners are "role:name".
absl::Span<const TargetField> ContractFields();

// Reads a record of those fields; see ImportTarget.
ReadLine ReadContractLine(const CsvRecord& record, const LineContext& context);

// Makes `contract` say what `line` says, of the fields that the file states and
// of tags that the line has, and leaves all else as it is.
void StateContract(absl::Span<const std::string> stated_fields,
                   const v1::Contract& line, v1::Contract& contract);

}  // namespace rollcall::collector
