// The tables of the ledger.
#pragma once

#include <cstdint>

#include "collector/ledger/merkle_tree.h"
#include "collector/storage/table.h"
#include "rollcall/stored/v1/ledger.pb.h"

namespace rollcall::collector {

// In `meta`: the ledger's id, 32 hex digits, made with the first entry.
inline constexpr char kLedgerIdKey[] = "ledger_id";

struct LedgerEntryKey {
  // From 0, without gaps.
  uint64_t index = 0;

  void Encode(KeyWriter& writer) const { writer.U64(index); }
  static LedgerEntryKey Decode(KeyReader& reader) { return {reader.U64()}; }
};

inline constexpr Table<LedgerEntryKey, stored::v1::LedgerRecord>
    kLedgerEntryTable(TableId::kLedgerEntry);

// Of level 1 and up: those of level 0 are the hashes of entries.
struct LedgerNodeKey {
  TreeNode node;

  void Encode(KeyWriter& writer) const {
    writer.U16(static_cast<uint16_t>(node.level)).U64(node.index);
  }
  static LedgerNodeKey Decode(KeyReader& reader) {
    LedgerNodeKey key;
    key.node.level = reader.U16();
    key.node.index = reader.U64();
    return key;
  }
};

inline constexpr Table<LedgerNodeKey, stored::v1::LedgerNode> kLedgerNodeTable(
    TableId::kLedgerNode);

}  // namespace rollcall::collector
