// The names behind the numbers by which ARM processors identify themselves
// (MIDR_EL1: implementer and part).
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace rollcall {

// "ARM" for 0x41; empty if the number is not known. Pure.
absl::string_view ArmImplementerName(uint32_t implementer);

// "Cortex-A72" for 0x41, 0xd08; empty if the numbers are not known. Pure.
absl::string_view ArmPartName(uint32_t implementer, uint32_t part);

}  // namespace rollcall
