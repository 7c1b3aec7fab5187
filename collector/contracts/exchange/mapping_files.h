// Where mappings come from.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/exchange/mapping_rules.h"

namespace rollcall::collector {

// The mappings that this build carries (collector/contracts/mappings).
std::vector<MappingFile> BuiltinMappingFiles();

// The files "*.textproto" of a folder, ordered by name, to be used beside them.
// NOT_FOUND if the folder or any such file is missing; else as for ReadFile.
// Blocking.
absl::StatusOr<std::vector<MappingFile>> ReadMappingFolder(
    absl::string_view path);

}  // namespace rollcall::collector
