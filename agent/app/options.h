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
  // HOST:PORT of collectors' agents' ports, in the order in which they are
  // tried.
  std::vector<std::string> collectors;
  // The URL of a proxy to connect through (see ParseProxyUrl); empty: none.
  std::string proxy;
  // PEM files: the roots that the collector's certificate must lead to; ours;
  // its key. Without the last two the agent enrols: it makes its key and asks
  // for its certificate.
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  // For enrolment: a file with a token, and HOST:PORT of collectors' HTTPS
  // ports. None: port 8443 of the collectors' hosts.
  std::string token_file;
  std::vector<std::string> enrol_servers;
  // What the agent remembers from run to run is kept here; empty: nothing is.
  std::string state_dir;
  // The root of the machine to inventory.
  std::string root = "/";
  // Sources to run, by name; empty: all.
  std::vector<std::string> sources;

  // Whether the agent gets its certificate by itself.
  bool enrols() const { return cert_file.empty() && key_file.empty(); }
};

// Reads the command line; on --help, --version or an error prints what is due
// and returns the exit code in `exit_code` with a non-OK status.
absl::StatusOr<AgentOptions> ParseCommandLine(int argc, char** argv,
                                              int& exit_code);

}  // namespace rollcall::agent
