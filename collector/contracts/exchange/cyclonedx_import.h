// Entitlements from a CycloneDX document. Pure.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/exchange/import_target.h"
#include "collector/contracts/exchange/mapping_rules.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// What such a file is like, as ListMappings tells it.
v1::ImportMapping DescribeCycloneDx();

// INVALID_ARGUMENT, naming those there are, for a default that no such file
// takes, or that is no text of 1 to 200 bytes on one line.
absl::Status CheckCycloneDxDefaults(const ImportDefaults& defaults);

// Reads a document as ContractService.ExportEntitlements writes it, or another
// tool does: each component with `licensing` is a line, whose number is the
// component's place from 1; others are passed over. A field is the property
// "rollcall:FIELD", or the element of CycloneDX that says the same, or a
// default; where two of the file say it, they must agree. Each component states
// the fields that it has, and version and last day in any case. Errors have the
// JSON pointer of what is wrong as their column.
//
// A document that is not JSON, is nested deeper than 64, or has more than
// 200,000 components is refused whole; a component of more than 64 KiB is bad.
// REQUIRES: the defaults were checked. `metrics` are the names of the known
// ones; `content` outlives what is returned.
ImportedFile ReadCycloneDx(absl::string_view content,
                           const ImportDefaults& defaults,
                           absl::Span<const std::string> metrics);

}  // namespace rollcall::collector
