// The ledger as it is stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "collector/ledger/checkpoint.h"
#include "collector/ledger/ledger_key.h"
#include "collector/ledger/ledger_line.h"
#include "collector/ledger/merkle_tree.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// An entry as it is kept.
struct StoredLedgerEntry {
  // What is hashed.
  std::string text;
  // The same, read.
  LedgerLine line;
  std::string signature;
  // The entry that told the key which signed it.
  uint64_t key_index = 0;
};

// Where an entry told a key.
struct ToldLedgerKey {
  LedgerPublicKey key;
  uint64_t index = 0;
};

// Reads. All errors are DATA_LOSS, naming table and key, where what is stored
// is not as the ledger writes it, and those of the reader. Not thread-safe.
class LedgerView {
 public:
  // The reader outlives it.
  explicit LedgerView(const Reader& reader) : reader_(reader) {}
  // As the store will be once `pending` is written, which must not change as
  // long as this is used.
  LedgerView(const Reader& reader, const Batch& pending);

  // How many entries there are; their indices have no gaps unless the store is
  // damaged.
  absl::StatusOr<uint64_t> Size() const;
  // The ledger's id. DATA_LOSS if there is none: every ledger with an entry has
  // one.
  absl::StatusOr<std::string> LogId() const;
  absl::StatusOr<StoredLedgerEntry> Entry(uint64_t index) const;
  // The hash of a node as it is kept; that of an entry is computed.
  absl::StatusOr<TreeHash> Node(TreeNode node) const;
  // The key that an entry told, or the one that signed it.
  absl::StatusOr<ToldLedgerKey> KeyOf(const StoredLedgerEntry& entry) const;
  // The checkpoint over the first `size` entries, as it was signed; its root is
  // that of the nodes. INVALID_ARGUMENT unless there are so many, and at least
  // one. Says nothing of whether the signature is good.
  absl::StatusOr<SignedCheckpoint> CheckpointAt(uint64_t size) const;
  // The edge of the tree over the first `size` entries.
  absl::StatusOr<TreeEdge> EdgeAt(uint64_t size) const;
  // The hashes from an entry to the root over the first `size`, and those that
  // show that a ledger only grew, as the functions of the same name.
  absl::StatusOr<std::vector<TreeHash>> InclusionProofOf(uint64_t index,
                                                         uint64_t size) const;
  absl::StatusOr<std::vector<TreeHash>> ConsistencyProofOf(
      uint64_t first, uint64_t second) const;

 private:
  absl::StatusOr<std::optional<std::string>> Get(TableId table,
                                                 const std::string& key) const;

  const Reader& reader_;
  // What is written and not in the store yet.
  absl::flat_hash_map<std::pair<TableId, std::string>, const std::string*>
      pending_;
  uint64_t pending_size_ = 0;
};

}  // namespace rollcall::collector
