// Recomputes the ledger from its entries.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/ledger/ledger_key.h"
#include "collector/ledger/ledger_view.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/store_service.pb.h"

namespace rollcall::collector {

// Whether a signature is the key's; tests bring one that remembers.
using SignatureCheck =
    std::function<bool(const LedgerPublicKey& key, absl::string_view text,
                       absl::string_view signature)>;

// Compares every entry with its signature, every node with what is under it,
// and the key that signs now, if `key_sha256` is not empty, with the one that
// was told last. The difference names table and key of the first that differs;
// what follows an entry that differs is not looked at, since all of it would
// differ. `stop` is asked now and then; once it is true: CANCELLED. Blocking: a
// tenth of a millisecond an entry. Thread-safe.
absl::StatusOr<v1::StoreCheck> CheckLedger(const Reader& reader,
                                           const std::string& key_sha256,
                                           const std::function<bool()>& stop);
absl::StatusOr<v1::StoreCheck> CheckLedger(const Reader& reader,
                                           const std::string& key_sha256,
                                           const std::function<bool()>& stop,
                                           const SignatureCheck& check);

// Compares the last of `size` entries with its signature, by the nodes that
// lead from it to the root and those that the ledger will grow from. DATA_LOSS
// if they do not agree. Reads O(log n) values. REQUIRES: size > 0.
absl::Status CheckLedgerEnd(const LedgerView& view, uint64_t size);

// `found`, or the first difference of a whole check of the ledger, which names
// the place. Blocking.
absl::Status ExplainLedgerDamage(const Engine& engine,
                                 const absl::Status& found);

}  // namespace rollcall::collector
