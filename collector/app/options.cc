#include "collector/app/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/app/history_option.h"
#include "collector/app/principal_option.h"
#include "common/log.h"
#include "common/option_file.h"
#include "common/rows.h"
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
    "--key=server.key --first-principal=jo:admin,viewer";

constexpr int kMostDays = 36'500;
constexpr char kHistoryOption[] = "--keep-history-days";

HistoryKeeping HistoryKeepingOf(const std::vector<std::string>& arguments) {
  auto keeping = ParseHistoryKeeping(arguments, kMostDays);
  if (keeping.ok()) return *std::move(keeping);
  throw CLI::ValidationError(kHistoryOption,
                             std::string(keeping.status().message()));
}

// Of housekeeping, as they are given.
struct KeepOptions {
  int64_t collect_minutes = 60;
  std::vector<std::string> history;
  int64_t event_days = 0;

  void Apply(HousekeepingOptions& options) const {
    options.interval = absl::Minutes(collect_minutes);
    options.keep_history = HistoryKeepingOf(history);
    options.keep_identity_events = event_days * absl::Hours(24);
  }
};

void AddKeepOptions(CLI::App& app, KeepOptions& keep) {
  app.add_option("--collect-minutes", keep.collect_minutes,
                 "Time between two looks for rows and sets that nothing uses")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'080));
  app.add_option(kHistoryOption, keep.history,
                 "Days for which what devices held can be told, 0: for ever; "
                 "may be given again for each device class that differs, as "
                 "CLASS=N")
      ->default_str("0")
      ->allow_extra_args(false);
  app.add_option(
         "--keep-identity-events-days", keep.event_days,
         "Days for which merges and splits of devices are explained; 0: "
         "for ever")
      ->capture_default_str()
      ->check(CLI::Range(0, kMostDays));
}

void AddDocumentOption(CLI::App& app, DocumentOptions& documents) {
  constexpr int kMiBShift = 20;
  constexpr int64_t kMostMiB = 1 << 20;
  app.add_option_function<int64_t>(
         "--max-documents-mib",
         [&documents](const int64_t& mib) {
           documents.max_total_bytes = mib << kMiBShift;
         },
         "MiB of all documents together that are kept with contracts")
      ->default_str(absl::StrCat(documents.max_total_bytes >> kMiBShift))
      ->check(CLI::Range(int64_t{1}, kMostMiB));
}

constexpr char kPrincipalOption[] = "--first-principal";

std::vector<FirstPrincipal> FirstPrincipalsOf(
    const std::vector<std::string>& arguments) {
  auto principals = ParseFirstPrincipals(arguments);
  if (principals.ok()) return *std::move(principals);
  throw CLI::ValidationError(kPrincipalOption,
                             std::string(principals.status().message()));
}

void AddPrincipalOption(CLI::App& app, std::vector<std::string>& principals) {
  app.add_option(kPrincipalOption, principals,
                 "NAME:ROLE[,ROLE...] of who may do what in a new store, where "
                 "nobody can grant roles yet; may be given again, for each "
                 "principal. Roles: viewer, itam, procurement, security, "
                 "auditor, admin. A store that has principals keeps its own")
      ->allow_extra_args(false);
}

// "02:30" as the time since midnight; nothing if it is not of that form.
std::optional<absl::Duration> ParseTimeOfDay(absl::string_view text) {
  absl::Time time;
  std::string why;
  if (text.size() != 5 ||
      !absl::ParseTime("%H:%M", text, absl::UTCTimeZone(), &time, &why)) {
    return std::nullopt;
  }
  return time - absl::UnixEpoch();
}

void AddCheckOption(CLI::App& app, CollectorOptions& options) {
  app.add_option_function<std::string>(
         "--check-at",
         [&options](const std::string& text) {
           const auto at = ParseTimeOfDay(text);
           if (!at.has_value()) {
             throw CLI::ValidationError("--check-at",
                                        text + " is not a time such as 02:30");
           }
           options.check_at = *at;
         },
         "Local time of day at which the store is checked against itself")
      ->default_str("02:30");
}

void AddAlertOptions(CLI::App& app, CollectorOptions& options) {
  app.add_option("--contract-review-days", options.review_days,
                 "Days that a review of a contract holds; then there is an "
                 "alert")
      ->capture_default_str()
      ->check(CLI::Range(1, 3'660));
}

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

// An option in whole seconds.
CLI::Option* AddSeconds(CLI::App& app, const std::string& name,
                        absl::Duration& value, const std::string& help) {
  return app
      .add_option_function<int64_t>(
          name,
          [&value](const int64_t& seconds) { value = absl::Seconds(seconds); },
          help)
      ->default_str(absl::StrCat(absl::ToInt64Seconds(value)));
}

// How many streams of agents there may be, and when.
void AddStreamOptions(CLI::App& app, IngestOptions& ingest) {
  const auto streams = CLI::Range(1, 1'000'000);
  app.add_option("--max-streams", ingest.max_streams,
                 "Agents connected at once; more are asked to come back later")
      ->capture_default_str()
      ->check(streams);
  app.add_option("--held-streams", ingest.held_streams,
                 "Agents that stay connected; beyond, they hang up when they "
                 "have checked in, and call back")
      ->capture_default_str()
      ->check(streams);
  AddSeconds(app, "--call-back-seconds", ingest.call_back_after,
             "After how long these call back")
      ->check(CLI::Range(1, 86'400));
  AddSeconds(app, "--slow-start-seconds", ingest.slow_start,
             "For how long after its start agents are let in slowly; 0: not")
      ->check(CLI::Range(0, 86'400));
  app.add_option("--slow-start-rate", ingest.slow_start_rate,
                 "Agents that are let in each second then")
      ->capture_default_str()
      ->check(streams);
  app.add_option("--row-level", ingest.row_level,
                 "Row schema level that agents are asked for; those that know "
                 "only lower ones use theirs")
      ->capture_default_str()
      ->check(CLI::Range(1, kRowLevel));
}

// Those who are not held need room for the time that they talk.
void KeepRoomForCallers(IngestOptions& ingest) {
  ingest.held_streams = std::min(ingest.held_streams,
                                 ingest.max_streams - ingest.max_streams / 5);
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
  app.add_option("--ledger-key", options.ledger_key_file,
                 "PEM file of the Ed25519 key that signs the ledger; default: "
                 "ledger.key in the folder of the store, made if it is "
                 "missing");
  app.add_option("--ready-file", options.ready_file,
                 "Write ports and process id here once everything listens");
  app.add_option("--rules", options.rules_dir,
                 "Folder of recognition rule packs instead of those built in");
  app.add_option("--mappings", options.mappings_dir,
                 "Folder of mappings of imports, beside those built in");
  app.add_option("--check-in-seconds", check_in_seconds,
                 "Time between check-ins of an agent")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_option("--scan-seconds", scan_seconds,
                 "Time between scans of an agent")
      ->capture_default_str()
      ->check(CLI::Range(1, 604'800));
  AddStreamOptions(app, options.ingest);
  app.add_option("--log-level", log_level, "debug, info, warning, error or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
  AddOptionFile(app);
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
  app.failure_message([](const CLI::App* program, const CLI::Error& error) {
    return absl::StrCat(program->get_name(), ": ",
                        CLI::FailureMessage::simple(program, error));
  });
  app.footer(kFooter);
  CollectorOptions options;
  std::string log_level = "info";
  int64_t check_in_seconds =
      absl::ToInt64Seconds(options.ingest.check_in_interval);
  int64_t scan_seconds = absl::ToInt64Seconds(options.ingest.scan_interval);
  int64_t certificate_days = options.enrolment.agent_life / absl::Hours(24);
  AddOptions(app, options, log_level, check_in_seconds, scan_seconds);
  AddIssuerOptions(app, options, certificate_days);
  KeepOptions keep;
  AddKeepOptions(app, keep);
  AddCheckOption(app, options);
  AddAlertOptions(app, options);
  AddDocumentOption(app, options.documents);
  std::vector<std::string> principals;
  AddPrincipalOption(app, principals);
  try {
    app.parse(argc, argv);
    CheckListening(app, options);
    keep.Apply(options.housekeeping);
    options.first_principals = FirstPrincipalsOf(principals);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return absl::CancelledError("told on the command line");
  }
  options.ingest.check_in_interval = absl::Seconds(check_in_seconds);
  options.ingest.scan_interval = absl::Seconds(scan_seconds);
  KeepRoomForCallers(options.ingest);
  options.enrolment.agent_life = certificate_days * absl::Hours(24);
  const absl::Status level = SetLogLevelByName(log_level);
  if (!level.ok()) return level;
  return options;
}

}  // namespace rollcall::collector
