// Checkpoints that somebody keeps, away from the collector. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/ledger/checkpoint.h"

namespace rollcall::collector {

// A checkpoint, and perhaps the hashes of all entries that it covers: without
// them it tells that the ledger was written anew, with them also from which
// entry on.
struct KeptCheckpoint {
  SignedCheckpoint signed_checkpoint;
  // None, or as many as the checkpoint covers; they lead to its root.
  std::vector<TreeHash> leaves;
};

// The checkpoint's lines, then one of 64 hex digits for each hash.
std::string KeptCheckpointText(const KeptCheckpoint& kept);

// What is kept in a file: such texts, one after another; at least one. Takes
// exactly what KeptCheckpointText makes; INVALID_ARGUMENT, naming the line, for
// all else, and for hashes that do not lead to their checkpoint's root. Says
// nothing of whether signatures are good.
absl::StatusOr<std::vector<KeptCheckpoint>> ParseKeptCheckpoints(
    absl::string_view text);

}  // namespace rollcall::collector
