// One command of `rollcall`. To add one: a file under commands/, its
// declaration in commands.h and one line in commands.cc.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/cli/arguments.h"
#include "collector/cli/exit_code.h"

namespace rollcall::cli {

class Session;

// Runs at most once. Not thread-safe.
class Command {
 public:
  virtual ~Command() = default;

  // The words that call it, for example "device show".
  virtual absl::string_view name() const = 0;
  // One line of help.
  virtual absl::string_view summary() const = 0;
  // Lines that show its use.
  virtual absl::string_view examples() const = 0;
  virtual void Declare(Arguments& arguments) = 0;

  // Does it and prints the answer. An error is printed by the caller:
  // INVALID_ARGUMENT for arguments that parse and are wrong all the same, else
  // that of Session::Call.
  virtual absl::StatusOr<ExitCode> Run(Session& session) = 0;
};

}  // namespace rollcall::cli
