#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/app/housekeeping.h"
#include "collector/contracts/documents/documents.h"
#include "collector/identity/enrolment.h"
#include "collector/identity/principal_store.h"
#include "collector/ingest/ingest_options.h"
#include "collector/rpc/executor.h"

namespace rollcall::collector {

// All that decides how a collector runs. Fixed while it runs.
struct CollectorOptions {
  // The folder of its store; made if missing.
  std::string data_dir;
  // HOST:PORT of the three listeners; port 0 takes any free one.
  std::string agent_listen = "0.0.0.0:7443";
  std::string admin_listen = "0.0.0.0:7444";
  std::string https_listen = "0.0.0.0:8443";
  // PEM files: the roots that clients' certificates must lead to; our
  // certificate; its key.
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  // PEM files of the authority that certificates are issued with, and its key;
  // both or none: none is issued then.
  std::string issuer_cert_file;
  std::string issuer_key_file;
  // PEM file of the key that signs the ledger. Empty: "ledger.key" in the
  // store's folder, made at the first start.
  std::string ledger_key_file;
  // Written once everything listens: a JSON object with agent_port, admin_port,
  // https_port and pid. Empty: none.
  std::string ready_file;
  // A folder of rule packs to use instead of those built in. Empty: built in.
  std::string rules_dir;
  // A folder of mappings of imports, beside those built in. Empty: none.
  std::string mappings_dir;
  // Who may do what in a store that has no principals yet.
  std::vector<FirstPrincipal> first_principals;
  // Only note that the store was restored from a backup.
  bool restored = false;
  EnrolmentOptions enrolment;
  IngestOptions ingest;
  ExecutorOptions executor;
  HousekeepingOptions housekeeping;
  DocumentOptions documents;
  // When the store is checked each day, local time since midnight.
  absl::Duration check_at = absl::Hours(2) + absl::Minutes(30);
  // Days that a review of a contract holds, before there is an alert.
  int review_days = 365;
};

// Reads the command line; on --help, --version or an error prints what is due
// and returns the exit code in `exit_code` with a non-OK status.
absl::StatusOr<CollectorOptions> ParseCommandLine(int argc, char** argv,
                                                  int& exit_code);

}  // namespace rollcall::collector
