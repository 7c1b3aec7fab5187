#include "collector/cli/cli.h"

#include "absl/strings/str_split.h"
#include "collector/cli/commands.h"
#include "collector/cli/help_text.h"
#include "collector/cli/parse.h"
#include "collector/cli/session.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

// The message may hold several lines of ours, and texts of a server.
ExitCode Fail(const Environment& environment, const absl::Status& status) {
  absl::string_view lead = "rollcall: ";
  for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    environment.err << lead << EscapeForTerminal(line) << "\n";
    lead = "  ";
  }
  return ExitCodeOf(status);
}

}  // namespace

ExitCode RunCli(const std::vector<std::string>& arguments,
                const Environment& environment) {
  const auto commands = MakeAllCommands();
  const auto invocation =
      ParseArguments(arguments, environment.default_config, commands);
  if (!invocation.ok()) return Fail(environment, invocation.status());
  if (invocation->command == nullptr) {
    environment.out << WrapHelp(invocation->help,
                                environment.width == kUnlimitedWidth
                                    ? kDefaultHelpWidth
                                    : environment.width);
    return ExitCode::kOk;
  }
  Session session(environment, invocation->options, invocation->fields);
  const absl::StatusOr<ExitCode> ended = invocation->command->Run(session);
  if (!ended.ok()) return Fail(environment, ended.status());
  const absl::Status written = session.Flush();
  return written.ok() ? *ended : Fail(environment, written);
}

}  // namespace rollcall::cli
