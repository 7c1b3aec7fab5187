#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace rollcall::agent {

// All that decides how an agent runs. Fixed while it runs.
struct AgentOptions {
  enum class Mode {
    kDaemon,  // until a signal
    kOnce,    // one scan, sent
    kPrint,   // one scan, printed
  };
  Mode mode = Mode::kDaemon;
  // HOST:PORT of the collector's agents' port.
  std::string collector;
  // PEM files: the root that the collector's certificate must lead to; ours;
  // its key.
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  // What the agent remembers from run to run is kept here; empty: nothing is.
  std::string state_dir;
  // The root of the machine to inventory.
  std::string root = "/";
  // Sources to run, by name; empty: all.
  std::vector<std::string> sources;
};

// Reads the command line; on --help, --version or an error prints what is due
// and returns the exit code in `exit_code` with a non-OK status.
absl::StatusOr<AgentOptions> ParseCommandLine(int argc, char** argv,
                                              int& exit_code);

}  // namespace rollcall::agent
