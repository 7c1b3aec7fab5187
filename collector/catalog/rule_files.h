// Where rule packs come from.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/catalog/rule_pack.h"

namespace rollcall::collector {

// The packs that this build carries (collector/catalog/rules).
std::vector<RuleFile> BuiltinRuleFiles();

// The files "*.textproto" of a folder, ordered by name, to be used instead.
// NOT_FOUND if the folder or any such file is missing; else as for ReadFile.
// Blocking.
absl::StatusOr<std::vector<RuleFile>> ReadRuleFolder(absl::string_view path);

}  // namespace rollcall::collector
