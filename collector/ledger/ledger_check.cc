#include "collector/ledger/ledger_check.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/ledger/ledger_tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

template <typename Key>
std::string PlaceOf(absl::string_view table, const Key& key) {
  KeyWriter writer;
  key.Encode(writer);
  return absl::StrCat("table ", table, ", key ",
                      absl::BytesToHexString(writer.Take()));
}

// Compares entry after entry, and with each the nodes that it completed.
class LedgerComparison {
 public:
  LedgerComparison(const Reader& reader, const std::string& key_sha256,
                   const SignatureCheck& check)
      : reader_(reader), view_(reader), key_sha256_(key_sha256), check_(check) {
    result_.set_part("ledger");
  }

  absl::StatusOr<v1::StoreCheck> Run(const std::function<bool()>& stop) {
    const auto size = view_.Size();
    if (!size.ok()) {
      Differ(size.status().message());
      return result_;
    }
    for (uint64_t i = 0; i < *size; ++i) {
      if (stop()) return absl::CancelledError("the check was stopped");
      Compared();
      const absl::Status taken = TakeEntry(i);
      if (taken.ok()) continue;
      Differ(taken.message());
      return result_;
    }
    CompareRest(*size);
    return result_;
  }

 private:
  void Compared() { result_.set_compared_count(result_.compared_count() + 1); }
  void Differ(absl::string_view what) {
    if (result_.difference_count() == 0) {
      result_.set_first_difference(std::string(what));
    }
    result_.set_difference_count(result_.difference_count() + 1);
  }

  // An error if the entry is not as it was signed.
  absl::Status TakeEntry(uint64_t index) {
    ROLLCALL_ASSIGN_OR_RETURN(const StoredLedgerEntry entry,
                              view_.Entry(index));
    ROLLCALL_RETURN_IF_ERROR(FollowKey(entry));
    std::vector<std::pair<TreeNode, TreeHash>> completed;
    edge_.Append(HashLeaf(entry.text),
                 [&](TreeNode node, const TreeHash& hash) {
                   completed.emplace_back(node, hash);
                 });
    const std::string text =
        CheckpointText({log_id_, edge_.size(), edge_.Root(), entry.line.time,
                        told_.key.sha256()});
    if (!check_(told_.key, text, entry.signature)) {
      return absl::DataLossError(
          absl::StrCat(PlaceOf("ledger_entry", LedgerEntryKey{index}),
                       ": entry ", index, " is not as it was signed"));
    }
    for (const auto& [node, hash] : completed) CompareNode(node, hash);
    return absl::OkStatus();
  }

  // The ledger's id is that of the first entry, the key the last one told.
  absl::Status FollowKey(const StoredLedgerEntry& entry) {
    const uint64_t index = entry.line.index;
    if (index == 0) log_id_ = std::string(entry.line.entry.Fact(kLogFact));
    if (entry.key_index == index) {
      ROLLCALL_ASSIGN_OR_RETURN(told_, view_.KeyOf(entry));
    }
    if (entry.key_index == told_.index) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(
        PlaceOf("ledger_entry", LedgerEntryKey{index}), ": entry ", index,
        " names another entry as the one that told the key"));
  }

  void CompareNode(TreeNode node, const TreeHash& hash) {
    Compared();
    const auto stored = view_.Node(node);
    if (!stored.ok()) {
      Differ(stored.status().message());
    } else if (*stored != hash) {
      Differ(absl::StrCat(PlaceOf("ledger_node", LedgerNodeKey{node}),
                          ": its hash is not that of what is under it"));
    }
  }

  // What is not reached by way of entries.
  void CompareRest(uint64_t size) {
    const auto log_id = size == 0 ? log_id_ : view_.LogId();
    if (!log_id.ok()) {
      Differ(log_id.status().message());
    } else if (*log_id != log_id_) {
      Differ(absl::StrCat("table meta, key ", kLedgerIdKey,
                          ": the first entry has another id"));
    }
    if (size > 0 && !key_sha256_.empty() && told_.key.sha256() != key_sha256_) {
      Differ(absl::StrCat(PlaceOf("ledger_entry", LedgerEntryKey{told_.index}),
                          ": it tells another key than the one that signs"));
    }
    // A node is reached if it is over entries that are there.
    auto nodes = reader_.Scan(TableId::kLedgerNode, "", "");
    for (; nodes->Valid(); nodes->Next()) {
      KeyReader key(nodes->key());
      const TreeNode node = LedgerNodeKey::Decode(key).node;
      if (key.Done() && node.level > 0 && node.level < 64 &&
          node.index < size >> node.level) {
        continue;
      }
      Differ(absl::StrCat("table ledger_node, key ",
                          absl::BytesToHexString(nodes->key()),
                          ": there are not so many entries"));
    }
    if (!nodes->status().ok()) Differ(nodes->status().message());
  }

  const Reader& reader_;
  const LedgerView view_;
  const std::string& key_sha256_;
  const SignatureCheck& check_;
  v1::StoreCheck result_;
  TreeEdge edge_;
  std::string log_id_;
  ToldLedgerKey told_;
};

}  // namespace

absl::StatusOr<v1::StoreCheck> CheckLedger(const Reader& reader,
                                           const std::string& key_sha256,
                                           const std::function<bool()>& stop,
                                           const SignatureCheck& check) {
  return LedgerComparison(reader, key_sha256, check).Run(stop);
}

absl::StatusOr<v1::StoreCheck> CheckLedger(const Reader& reader,
                                           const std::string& key_sha256,
                                           const std::function<bool()>& stop) {
  return CheckLedger(
      reader, key_sha256, stop,
      [](const LedgerPublicKey& key, absl::string_view text,
         absl::string_view signature) { return key.Signed(text, signature); });
}

absl::Status CheckLedgerEnd(const LedgerView& view, uint64_t size) {
  ROLLCALL_ASSIGN_OR_RETURN(const SignedCheckpoint end,
                            view.CheckpointAt(size));
  ROLLCALL_ASSIGN_OR_RETURN(const StoredLedgerEntry last, view.Entry(size - 1));
  ROLLCALL_ASSIGN_OR_RETURN(const ToldLedgerKey told, view.KeyOf(last));
  const auto disagrees = [&](absl::string_view what) {
    return absl::DataLossError(
        absl::StrCat(PlaceOf("ledger_entry", LedgerEntryKey{size - 1}),
                     ": the last entry, ", size - 1, ", ", what));
  };
  if (!told.key.Signed(CheckpointText(end.checkpoint), end.signature)) {
    return disagrees(
        "or a node that the ledger grows from, is not as it was "
        "signed");
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto path,
                            view.InclusionProofOf(size - 1, size));
  if (ProvesInclusion(size - 1, size, HashLeaf(last.text), path,
                      end.checkpoint.root)) {
    return absl::OkStatus();
  }
  return disagrees("does not lead to the root that was signed");
}

absl::Status ExplainLedgerDamage(const Engine& engine,
                                 const absl::Status& found) {
  const auto check = CheckLedger(*engine.Snapshot(), "", [] { return false; });
  if (!check.ok() || check->difference_count() == 0) return found;
  return absl::DataLossError(check->first_difference());
}

}  // namespace rollcall::collector
