// The collector's store, opened as the options say.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "collector/app/options.h"
#include "collector/ledger/ledger_key.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// Makes the folder if it is missing, and brings an older store up to date.
// UNAVAILABLE if another process has it open. Blocking.
absl::StatusOr<std::unique_ptr<Engine>> OpenStore(
    const CollectorOptions& options);

// The key that signs the ledger of this store, which the options name or which
// is in the store's folder; made there as long as the ledger is empty. Errors
// as ReadLedgerKey. Blocking.
absl::StatusOr<LedgerSigner> LoadLedgerKey(const CollectorOptions& options,
                                           const Engine& engine);

// Notes that the store was restored from a backup: nobody is taken for a copy
// of an agent until he has heard of it. Returns the store's new incarnation.
// FAILED_PRECONDITION if there is no store. Errors as OpenStore. Blocking.
absl::StatusOr<int64_t> NoteRestored(const CollectorOptions& options);

}  // namespace rollcall::collector
