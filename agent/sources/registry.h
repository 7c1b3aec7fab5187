// The list of all sources.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/sources/source.h"

namespace rollcall {

// Which sources run.
struct SourceSelection {
  // By name; empty means all. "software" brings "software.install" with it,
  // since both come from one reading of the package database;
  // "software.install" alone is itself only.
  std::vector<std::string> only = {};
  // By name; wins over `only`. "software" takes "software.install" with it: who
  // does not want packages known wants none of it. Unknown names are ignored,
  // so that a policy may speak of sources that this version does not have.
  std::vector<std::string> disabled = {};
};

// The names that can be selected, in order of name.
std::vector<std::string> SourceNames();

// The selected sources, in the order in which they run. INVALID_ARGUMENT if
// `only` has a name that no source has; the text lists those there are.
absl::StatusOr<std::vector<std::unique_ptr<Source>>> MakeSources(
    const SourceSelection& selection);

}  // namespace rollcall
