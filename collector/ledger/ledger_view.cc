#include "collector/ledger/ledger_view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/ledger/ledger_tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using stored::v1::LedgerNode;
using stored::v1::LedgerRecord;

template <typename Key>
std::string BytesOfKey(const Key& key) {
  KeyWriter writer;
  key.Encode(writer);
  return writer.Take();
}

absl::Status Damage(TableId table, absl::string_view key,
                    absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("table ", AllTables()[static_cast<size_t>(table)].name,
                   ", key ", absl::BytesToHexString(key), ": ", what));
}

// Parsed only if it is what would be written, byte for byte: nothing in the
// ledger may change without being seen.
template <typename Message>
bool ParseExactly(const std::string& bytes, Message& message) {
  if (!message.ParseFromString(bytes)) return false;
  message.DiscardUnknownFields();
  return message.SerializeAsString() == bytes;
}

bool IsLedgers(TableId table) {
  return table == TableId::kLedgerEntry || table == TableId::kLedgerNode ||
         table == TableId::kMeta;
}

}  // namespace

LedgerView::LedgerView(const Reader& reader, const Batch& pending)
    : reader_(reader) {
  for (const Batch::Op& op : pending.ops()) {
    if (!IsLedgers(op.table) || !op.value.has_value()) continue;
    pending_[{op.table, op.key}] = &*op.value;
    if (op.table != TableId::kLedgerEntry) continue;
    KeyReader key(op.key);
    pending_size_ =
        std::max(pending_size_, LedgerEntryKey::Decode(key).index + 1);
  }
}

absl::StatusOr<std::optional<std::string>> LedgerView::Get(
    TableId table, const std::string& key) const {
  const auto found = pending_.find({table, key});
  if (found != pending_.end()) return std::optional(*found->second);
  return reader_.Get(table, key);
}

absl::StatusOr<uint64_t> LedgerView::Size() const {
  if (pending_size_ > 0) return pending_size_;
  const auto cursor = reader_.ReverseScan(TableId::kLedgerEntry, "", "");
  if (!cursor->Valid()) {
    ROLLCALL_RETURN_IF_ERROR(cursor->status());
    return uint64_t{0};
  }
  KeyReader reader(cursor->key());
  const uint64_t index = LedgerEntryKey::Decode(reader).index;
  if (reader.Done() && index < (uint64_t{1} << 62)) return index + 1;
  return Damage(TableId::kLedgerEntry, cursor->key(), "it is no entry's");
}

absl::StatusOr<std::string> LedgerView::LogId() const {
  ROLLCALL_ASSIGN_OR_RETURN(auto id, Get(TableId::kMeta, kLedgerIdKey));
  if (id.has_value() && IsLogId(*id)) return *std::move(id);
  return absl::DataLossError(
      absl::StrCat("table meta, key ", kLedgerIdKey, ": the ledger's id is ",
                   id.has_value() ? "unreadable" : "missing"));
}

absl::StatusOr<StoredLedgerEntry> LedgerView::Entry(uint64_t index) const {
  const std::string key = BytesOfKey(LedgerEntryKey{index});
  ROLLCALL_ASSIGN_OR_RETURN(const auto bytes, Get(TableId::kLedgerEntry, key));
  const auto damaged = [&](absl::string_view what) {
    return Damage(TableId::kLedgerEntry, key,
                  absl::StrCat("entry ", index, " ", what));
  };
  if (!bytes.has_value()) return damaged("is missing");
  LedgerRecord record;
  if (!ParseExactly(*bytes, record)) return damaged("is unreadable");
  auto line = ParseLedgerLine(record.line());
  if (!line.ok()) return damaged(line.status().message());
  if (line->index != index) {
    return damaged(absl::StrCat("says that it is entry ", line->index));
  }
  if (record.signature().size() != kLedgerSignatureBytes) {
    return damaged("has no signature");
  }
  // Which entry told the key follows from the entries alone.
  if (TellsKey(line->entry.kind) ? record.key_index() != index
                                 : record.key_index() >= index) {
    return damaged("names an entry that told no key for it");
  }
  return StoredLedgerEntry{std::move(*record.mutable_line()), *std::move(line),
                           std::move(*record.mutable_signature()),
                           record.key_index()};
}

absl::StatusOr<TreeHash> LedgerView::Node(TreeNode node) const {
  if (node.level == 0) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, Entry(node.index));
    return HashLeaf(entry.text);
  }
  const std::string key = BytesOfKey(LedgerNodeKey{node});
  ROLLCALL_ASSIGN_OR_RETURN(const auto bytes, Get(TableId::kLedgerNode, key));
  if (!bytes.has_value()) {
    return Damage(TableId::kLedgerNode, key, "the node is missing");
  }
  LedgerNode stored;
  if (!ParseExactly(*bytes, stored) || stored.hash().size() != kTreeHashBytes) {
    return Damage(TableId::kLedgerNode, key, "the node is unreadable");
  }
  return std::move(*stored.mutable_hash());
}

absl::StatusOr<ToldLedgerKey> LedgerView::KeyOf(
    const StoredLedgerEntry& entry) const {
  const uint64_t index = entry.key_index;
  const auto key_in =
      [index](const LedgerEntry& told) -> absl::StatusOr<ToldLedgerKey> {
    const auto der = StrictBase64(told.Fact(kPublicKeyFact));
    if (TellsKey(told.kind) && der.ok()) {
      auto key = LedgerPublicKey::FromDer(*der);
      if (key.ok() && key->sha256() == told.Fact(kKeyFact)) {
        return ToldLedgerKey{*std::move(key), index};
      }
    }
    return Damage(TableId::kLedgerEntry, BytesOfKey(LedgerEntryKey{index}),
                  absl::StrCat("entry ", index, " tells no key"));
  };
  if (index == entry.line.index) return key_in(entry.line.entry);
  ROLLCALL_ASSIGN_OR_RETURN(const auto told, Entry(index));
  return key_in(told.line.entry);
}

absl::StatusOr<SignedCheckpoint> LedgerView::CheckpointAt(uint64_t size) const {
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t all, Size());
  if (size == 0 || size > all) {
    return absl::InvalidArgumentError(
        absl::StrCat("the ledger has ", all, " entries, and no size ", size));
  }
  ROLLCALL_ASSIGN_OR_RETURN(auto entry, Entry(size - 1));
  ROLLCALL_ASSIGN_OR_RETURN(const ToldLedgerKey told, KeyOf(entry));
  SignedCheckpoint result;
  ROLLCALL_ASSIGN_OR_RETURN(result.checkpoint.log_id, LogId());
  result.checkpoint.size = size;
  ROLLCALL_ASSIGN_OR_RETURN(
      result.checkpoint.root,
      RootOf(size, [this](TreeNode node) { return Node(node); }));
  result.checkpoint.time = entry.line.time;
  result.checkpoint.key_sha256 = told.key.sha256();
  result.signature = std::move(entry.signature);
  return result;
}

absl::StatusOr<TreeEdge> LedgerView::EdgeAt(uint64_t size) const {
  return TreeEdge::Read(size, [this](TreeNode node) { return Node(node); });
}

absl::StatusOr<std::vector<TreeHash>> LedgerView::InclusionProofOf(
    uint64_t index, uint64_t size) const {
  return InclusionProof(index, size,
                        [this](TreeNode node) { return Node(node); });
}

absl::StatusOr<std::vector<TreeHash>> LedgerView::ConsistencyProofOf(
    uint64_t first, uint64_t second) const {
  return ConsistencyProof(first, second,
                          [this](TreeNode node) { return Node(node); });
}

}  // namespace rollcall::collector
