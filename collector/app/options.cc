#include "collector/app/options.h"

#include <CLI/CLI.hpp>
#include <map>

#include "common/log.h"
#include "common/version.h"

namespace rollcall::collector {
namespace {

constexpr char kDescription[] =
    "Takes inventories from agents, keeps them, and answers questions about "
    "devices, software and licences.";
constexpr char kFooter[] =
    "Ports: agents (gRPC, mutual TLS), admins (gRPC, mutual TLS, reflection "
    "and "
    "health), HTTPS (/healthz, /metrics, enrolment and login).\n"
    "Example:\n"
    "  rollcall-collector --data=/var/lib/rollcall --ca=ca.pem "
    "--cert=server.pem "
    "--key=server.key";

// `days` of a certificate's life.
void AddIssuerOptions(CLI::App& app, CollectorOptions& options, int64_t& days) {
  auto* certificate =
      app.add_option("--issuer-cert", options.issuer_cert_file,
                     "PEM file of the certificate to issue others with, then "
                     "those above it");
  auto* key = app.add_option("--issuer-key", options.issuer_key_file,
                             "PEM file of its private key");
  certificate->needs(key);
  key->needs(certificate);
  app.add_option("--agent-certificate-days", days,
                 "Life of an agent's certificate; agents renew at half of it")
      ->capture_default_str()
      ->check(CLI::Range(1, 397));
}

void AddOptions(CLI::App& app, CollectorOptions& options,
                std::string& log_level, int64_t& check_in_seconds,
                int64_t& scan_seconds) {
  app.add_option("--data", options.data_dir, "Folder of the store")->required();
  app.add_option("--agent-listen", options.agent_listen, "HOST:PORT for agents")
      ->capture_default_str();
  app.add_option("--admin-listen", options.admin_listen, "HOST:PORT for admins")
      ->capture_default_str();
  app.add_option("--https-listen", options.https_listen,
                 "ADDRESS:PORT for HTTPS")
      ->capture_default_str();
  app.add_flag("--restored", options.restored,
               "Note that the store was restored from a backup, and exit: to "
               "be told before the first start with it");
  app.add_option("--ca", options.ca_file,
                 "PEM file of the roots for clients' certificates");
  app.add_option("--cert", options.cert_file, "PEM file of our certificate");
  app.add_option("--key", options.key_file, "PEM file of its private key");
  app.add_option("--ready-file", options.ready_file,
                 "Write ports and process id here once everything listens");
  app.add_option("--rules", options.rules_dir,
                 "Folder of recognition rule packs instead of those built in");
  app.add_option("--check-in-seconds", check_in_seconds,
                 "Time between check-ins of an agent")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_option("--scan-seconds", scan_seconds,
                 "Time between scans of an agent")
      ->capture_default_str()
      ->check(CLI::Range(1, 604'800));
  app.add_option("--max-streams", options.ingest.max_streams,
                 "Agents connected at once; more are asked to come back later")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--log-level", log_level, "debug, info, warning, error or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
  app.set_config("--config", "", "File of options, a line each: name=value");
}

// What a collector needs that listens. REQUIRES: `app` was parsed.
void CheckListening(const CLI::App& app, const CollectorOptions& options) {
  if (options.restored) return;
  for (const char* name : {"--ca", "--cert", "--key"}) {
    if (app.count(name) == 0) throw CLI::RequiredError(name);
  }
}

}  // namespace

absl::StatusOr<CollectorOptions> ParseCommandLine(int argc, char** argv,
                                                  int& exit_code) {
  CLI::App app(kDescription, "rollcall-collector");
  app.set_version_flag("--version",
                       std::string("rollcall-collector ") + kVersion);
  app.footer(kFooter);
  CollectorOptions options;
  std::string log_level = "info";
  int64_t check_in_seconds =
      absl::ToInt64Seconds(options.ingest.check_in_interval);
  int64_t scan_seconds = absl::ToInt64Seconds(options.ingest.scan_interval);
  int64_t certificate_days = options.enrolment.agent_life / absl::Hours(24);
  AddOptions(app, options, log_level, check_in_seconds, scan_seconds);
  AddIssuerOptions(app, options, certificate_days);
  try {
    app.parse(argc, argv);
    CheckListening(app, options);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return absl::CancelledError("told on the command line");
  }
  options.ingest.check_in_interval = absl::Seconds(check_in_seconds);
  options.ingest.scan_interval = absl::Seconds(scan_seconds);
  options.enrolment.agent_life = certificate_days * absl::Hours(24);
  const absl::Status level = SetLogLevelByName(log_level);
  if (!level.ok()) return level;
  return options;
}

}  // namespace rollcall::collector
