#include "agent/app/options.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/sources/registry.h"
#include "common/host_port.h"
#include "common/log.h"
#include "common/option_file.h"
#include "common/proxy_url.h"
#include "common/status.h"
#include "common/version.h"

namespace rollcall::agent {
namespace {

constexpr char kDescription[] =
    "Inventories this machine's hardware and software and keeps a collector up "
    "to date.";

// Where a collector takes agents, unless it was told otherwise.
constexpr int kAgentPort = 7443;

std::string Footer() {
  return absl::StrCat(
      "Sources: ", absl::StrJoin(SourceNames(), ", "),
      "\nExamples:\n"
      "  rollcall-agent --print\n"
      "  rollcall-agent --print --sources=hardware.cpu,os\n"
      "  rollcall-agent --collector=rollcall.example:7443 --ca=ca.pem "
      "--token-file=token --state=/var/lib/rollcall-agent\n"
      "  rollcall-agent --collector=rollcall.example:7443 --ca=ca.pem "
      "--cert=agent.pem --key=agent.key --state=/var/lib/rollcall-agent");
}

void AddOptions(CLI::App& app, AgentOptions& options, std::string& log_level,
                bool& once, bool& print) {
  auto* print_flag = app.add_flag(
      "--print", print,
      "Print as JSON what would be sent to a collector that knows nothing");
  app.add_flag("--once", once, "Scan, send, and exit")->excludes(print_flag);
  app.add_option("--collector", options.collectors,
                 "HOST:PORT of the collector's agents' port; several are tried "
                 "in turn")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--proxy", options.proxy,
                 "http://[USER:PASSWORD@]HOST:PORT of a proxy to connect "
                 "through; a password is better kept in a --config file");
  app.add_option("--ca", options.ca_file,
                 "PEM file of the roots of the collector's certificate");
  app.add_option("--token-file", options.token_file,
                 "File with a token to enrol with, where --cert and --key are "
                 "not given");
  app.add_option(
         "--enrol", options.enrol_servers,
         "HOST:PORT of the collector's HTTPS port to enrol at; default: "
         "port 8443 of each --collector")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--cert", options.cert_file,
                 "PEM file of this agent's certificate");
  app.add_option("--key", options.key_file, "PEM file of its private key");
  app.add_option("--state", options.state_dir,
                 "Folder for what is remembered from run to run");
  app.add_option("--root", options.root,
                 "Inventory the system under this folder instead of this one")
      ->capture_default_str();
  app.add_option(
         "--sources", options.sources,
         "Only these sources, separated by commas; the others are reported as "
         "switched off")
      ->delimiter(',');
  app.add_option("--log-level", log_level, "debug, info, warning, error or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
  AddOptionFile(app);
}

absl::Status Needed(absl::string_view option) {
  return absl::InvalidArgumentError(
      absl::StrCat(option, " is needed to send anything; or use --print"));
}

// Where the collectors' HTTPS ports are, unless said otherwise.
std::vector<std::string> UsualEnrolServers(
    const std::vector<std::string>& collectors) {
  std::vector<std::string> servers;
  servers.reserve(collectors.size());
  for (const std::string& collector : collectors) {
    servers.push_back(
        absl::StrCat(collector.substr(0, collector.rfind(':')), ":8443"));
  }
  return servers;
}

// With the agents' port where none is given.
absl::Status CompleteCollectors(std::vector<std::string>& collectors) {
  for (std::string& collector : collectors) {
    auto complete = WithPort(collector, kAgentPort);
    if (!complete.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--collector: ", complete.status().message()));
    }
    collector = *std::move(complete);
  }
  return absl::OkStatus();
}

// What the mode needs beyond what CLI11 checks.
absl::Status CheckOptions(const AgentOptions& options) {
  SourceSelection selection;
  selection.only = options.sources;
  const auto sources = MakeSources(selection);
  if (!sources.ok()) return sources.status();
  if (options.mode == AgentOptions::Mode::kPrint) return absl::OkStatus();
  if (options.collectors.empty()) return Needed("--collector");
  if (options.ca_file.empty()) return Needed("--ca");
  if (!options.proxy.empty()) {
    const auto proxy = ParseProxyUrl(options.proxy);
    if (!proxy.ok()) return Annotate(proxy.status(), "--proxy");
  }
  if (options.enrols()) {
    if (options.state_dir.empty()) {
      return absl::InvalidArgumentError(
          "without --cert and --key the agent enrols, and --state is needed to "
          "keep its key; or use --print");
    }
  } else {
    if (options.cert_file.empty()) return Needed("--cert");
    if (options.key_file.empty()) return Needed("--key");
    if (!options.token_file.empty()) {
      return absl::InvalidArgumentError(
          "--token-file is for enrolment, without --cert and --key");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AgentOptions> ParseCommandLine(int argc, char** argv,
                                              int& exit_code) {
  CLI::App app(kDescription, "rollcall-agent");
  app.set_version_flag("--version", absl::StrCat("rollcall-agent ", kVersion));
  app.failure_message([](const CLI::App* program, const CLI::Error& error) {
    return absl::StrCat(program->get_name(), ": ",
                        CLI::FailureMessage::simple(program, error));
  });
  app.footer(Footer());
  AgentOptions options;
  std::string log_level = "info";
  bool once = false;
  bool print = false;
  AddOptions(app, options, log_level, once, print);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return absl::CancelledError("told on the command line");
  }
  if (print) options.mode = AgentOptions::Mode::kPrint;
  if (once) options.mode = AgentOptions::Mode::kOnce;
  absl::Status status = SetLogLevelByName(log_level);
  if (status.ok()) status = CompleteCollectors(options.collectors);
  if (status.ok()) status = CheckOptions(options);
  if (!status.ok()) {
    std::cerr << "rollcall-agent: " << status.message() << "\n";
    exit_code = 2;
    return status;
  }
  if (options.enrol_servers.empty()) {
    options.enrol_servers = UsualEnrolServers(options.collectors);
  }
  return options;
}

}  // namespace rollcall::agent
