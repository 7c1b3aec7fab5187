// From words to a command and its options.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/cli/command.h"
#include "collector/cli/environment.h"
#include "collector/cli/field_arguments.h"

namespace rollcall::cli {

// What the arguments ask for.
struct Invocation {
  // The command, whose targets are filled; nullptr if only help is asked for.
  Command* command = nullptr;
  // What the command's arguments fill.
  FieldArguments fields;
  GlobalOptions options;
  // The text that --help or --version asks for.
  std::string help;
};

// Parses `arguments` (without the program's name) and the configuration file
// that they, or else `default_config`, name. INVALID_ARGUMENT for what is wrong
// with either, with advice. Reads the configuration file.
absl::StatusOr<Invocation> ParseArguments(
    const std::vector<std::string>& arguments,
    const std::string& default_config,
    absl::Span<const std::unique_ptr<Command>> commands);

}  // namespace rollcall::cli
