// The file that the ledger's key is kept in.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "collector/ledger/ledger_key.h"

namespace rollcall::collector {

// The key in a PEM file. NOT_FOUND if there is none, and how to make one;
// FAILED_PRECONDITION if others than its owner may read or write the file,
// INVALID_ARGUMENT if it is empty or holds no Ed25519 key. Every message names
// the file and says what to do. Blocking.
absl::StatusOr<LedgerSigner> ReadLedgerKey(const std::string& path);

// The key in "ledger.key" of the store's folder, and its public half in
// "ledger.pub" beside it, which is written where it is missing or another.
// Makes the key if there is none and `may_make`, which is only right as long as
// the ledger is empty. Errors as ReadLedgerKey. Blocking.
absl::StatusOr<LedgerSigner> OwnLedgerKey(const std::string& folder,
                                          bool may_make);

}  // namespace rollcall::collector
