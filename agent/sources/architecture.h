// The architecture of the machine that a root belongs to.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "agent/sources/cpu_info.h"
#include "agent/sources/source.h"

namespace rollcall {

// As uname(2) names it, for example "x86_64": asked of the kernel for a live
// root, else told from /proc/cpuinfo, else from the header of a program in the
// root. Empty if nothing tells.
std::string FindArchitecture(const CollectContext& context,
                             const CpuInfo& info);

// The architecture that an ELF file is for, from its first 20 bytes (ELF
// specification: e_ident, e_machine). Empty if it is none. Pure.
absl::string_view ArchitectureOfElf(absl::string_view header);

}  // namespace rollcall
