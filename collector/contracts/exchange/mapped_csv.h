// Files of other products, read as a mapping says. Pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/exchange/import_target.h"
#include "collector/contracts/exchange/mapping_rules.h"

namespace rollcall::collector {

// Reads a file. Every value is checked; lines that name the same thing are bad,
// unless the mapping takes equal ones once. REQUIRES: the defaults were checked
// by the mapping. `metrics` are the names of the known ones.
ImportedFile ReadMappedCsv(absl::string_view content,
                           const ImportMapping& mapping,
                           const ImportDefaults& defaults,
                           absl::Span<const std::string> metrics);

}  // namespace rollcall::collector
