// What the ledger's commands have in common: the collector's export, and the
// files that are kept elsewhere.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/cli/session.h"
#include "collector/ledger/kept_checkpoint.h"
#include "collector/ledger/ledger_key.h"

namespace rollcall::cli {

// Asks the collector for its ledger as a file and hands each part to `take`,
// which stops it by an error.
absl::Status FollowExport(
    Session& session,
    absl::FunctionRef<absl::Status(const std::string& text)> take);

// The public keys in these files. INVALID_ARGUMENT, naming the
// file, for one that is unusable.
absl::StatusOr<std::vector<collector::LedgerPublicKey>> ReadPublicKeys(
    const std::vector<std::string>& paths);

// The checkpoints in these files. INVALID_ARGUMENT, naming file and line, for
// one that is unusable.
absl::StatusOr<std::vector<collector::KeptCheckpoint>> ReadCheckpoints(
    const std::vector<std::string>& paths);

}  // namespace rollcall::cli
