// The whole of `rollcall` but for main().
#pragma once

#include <string>
#include <vector>

#include "collector/cli/environment.h"
#include "collector/cli/exit_code.h"

namespace rollcall::cli {

// Parses the arguments (without the program's name), runs the command they
// name, prints its answer or error, and returns the exit code. Blocking.
ExitCode RunCli(const std::vector<std::string>& arguments,
                const Environment& environment);

}  // namespace rollcall::cli
