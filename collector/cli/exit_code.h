// What the shell is told at the end.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rollcall::cli {

// Scripts rely on these; never renumber. ExitCodeHelp() tells them to people.
enum class ExitCode {
  kOk = 0,
  kNegative = 1,
  kUsage = 2,
  kUnreachable = 3,
  kRefused = 4,
  kNotFound = 5,
  kOther = 6,
  kNotPossible = 7,
};

// The code for the error that ended a command. kOk for an OK status.
ExitCode ExitCodeOf(const absl::Status& status);

// The codes in words, one a line, for --help.
absl::string_view ExitCodeHelp();

}  // namespace rollcall::cli
