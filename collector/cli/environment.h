// What the command line takes from the process it runs in, so that tests bring
// their own.
#pragma once

#include <grpcpp/channel.h>

#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "collector/cli/table.h"
#include "common/clock.h"

namespace rollcall::cli {

// The options that every command has.
struct GlobalOptions {
  // Where the collector's administrators' port is: "host:port".
  std::string collector = "localhost:7444";
  // Paths of PEM files: the authority that the collector's certificate leads
  // to, and the administrator's certificate and key.
  std::string ca = "ca.pem";
  std::string cert = "admin.pem";
  std::string key = "admin.key";
  // For each call, in seconds.
  int timeout_seconds = 60;
  // "table", "json" or "csv".
  std::string output = "table";
};

// All references outlive what uses it.
struct Environment {
  std::ostream& out;
  std::ostream& err;
  const Clock& clock;
  // The width that tables and help are fitted into; kUnlimitedWidth where
  // standard output is no terminal.
  int width = kUnlimitedWidth;
  // Whether standard error is a terminal.
  bool err_is_terminal = false;
  // What a person at a terminal types; nullptr: nobody is there to ask.
  std::istream* person = nullptr;
  // The configuration file that is read if --config is not given; empty: none.
  std::string default_config;
  // Connects to the collector. An error with advice if it cannot even try.
  std::function<absl::StatusOr<std::shared_ptr<grpc::Channel>>(
      const GlobalOptions&)>
      connect;
};

}  // namespace rollcall::cli
