#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "collector/cli/cli.h"
#include "collector/cli/connection.h"
#include "collector/cli/terminal.h"

int main(int argc, char** argv) {
  // gRPC's own log would stand between our lines; our errors say it better.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  const rollcall::SystemClock clock;
  const char* const config = getenv("ROLLCALL_CONFIG");
  const rollcall::cli::Environment environment = {
      .out = std::cout,
      .err = std::cerr,
      .clock = clock,
      .width = rollcall::cli::TerminalWidth(STDOUT_FILENO),
      .err_is_terminal = isatty(STDERR_FILENO) != 0,
      .person = isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0
                    ? &std::cin
                    : nullptr,
      .default_config = config == nullptr ? "" : config,
      .connect =
          [&clock](const rollcall::cli::GlobalOptions& options) {
            return rollcall::cli::Connect(options, clock.Now());
          },
  };
  return static_cast<int>(rollcall::cli::RunCli(
      std::vector<std::string>(argv + 1, argv + argc), environment));
}
