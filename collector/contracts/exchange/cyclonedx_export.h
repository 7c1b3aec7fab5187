// Entitlements in CycloneDX 1.6, whose `license.licensing` other tools read.
// Pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// What the names of our own properties begin with.
inline constexpr absl::string_view kCycloneDxPrefix = "rollcall:";

// A component of a BOM, as ContractService.ExportEntitlements describes it: a
// JSON object on one line. The same line is the same bytes.
std::string CycloneDxComponent(const v1::Entitlement& line);

}  // namespace rollcall::collector
