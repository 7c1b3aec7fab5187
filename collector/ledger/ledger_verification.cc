#include "collector/ledger/ledger_verification.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/ledger/ledger_file.h"
#include "collector/ledger/ledger_line.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// The header is line 1.
constexpr uint64_t kFirstEntryLine = 2;

const LedgerPublicKey* FindKey(const LedgerTrust& trust,
                               absl::string_view sha256) {
  for (const LedgerPublicKey& key : trust.keys) {
    if (key.sha256() == sha256) return &key;
  }
  return nullptr;
}

// Whether a trusted key signed it: OK, or why not.
absl::Status CheckSigned(const LedgerTrust& trust,
                         const SignedCheckpoint& signed_checkpoint) {
  const Checkpoint& checkpoint = signed_checkpoint.checkpoint;
  const LedgerPublicKey* const key = FindKey(trust, checkpoint.key_sha256);
  if (key == nullptr) {
    return absl::UnauthenticatedError(
        absl::StrCat("it is signed by key ", checkpoint.key_sha256,
                     ", which is none of those that were given"));
  }
  if (trust.check(*key, CheckpointText(checkpoint),
                  signed_checkpoint.signature)) {
    return absl::OkStatus();
  }
  return absl::UnauthenticatedError("the signature does not hold");
}

// Follows the entries of a file as long as each is what was signed.
class EntryWalk {
 public:
  explicit EntryWalk(const LedgerTrust& trust) : trust_(trust) {}

  // OK if the next entry is as it was signed, else why it is not.
  absl::Status Take(absl::string_view file_line) {
    ROLLCALL_ASSIGN_OR_RETURN(const FiledEntry filed,
                              ParseLedgerFileLine(file_line));
    ROLLCALL_ASSIGN_OR_RETURN(const LedgerLine line,
                              ParseLedgerLine(filed.line));
    if (line.index != edge_.size()) {
      return absl::DataLossError(absl::StrCat(
          "entry ", line.index,
          " stands in its place: one is missing, moved or there twice"));
    }
    edge_.Append(HashLeaf(filed.line));
    if (edge_.Root() != filed.root) {
      return absl::DataLossError(
          "it does not lead to its root: the one or the other was altered");
    }
    ROLLCALL_RETURN_IF_ERROR(FollowKey(line.entry));
    last_ = {{log_id_, edge_.size(), filed.root, line.time, key_},
             filed.signature};
    return CheckSigned(trust_, last_);
  }

  // The checkpoint that ends with the last entry.
  const SignedCheckpoint& last() const { return last_; }

 private:
  // Which ledger it is and which key signs is told by entries alone.
  absl::Status FollowKey(const LedgerEntry& entry) {
    const bool first = edge_.size() == 1;
    if (first != (entry.kind == kLedgerOpened)) {
      return absl::DataLossError(absl::StrCat(
          "the first entry, and no other, is \"", kLedgerOpened, "\""));
    }
    if (entry.kind == kLedgerKeyChanged && entry.Fact(kOldKeyFact) != key_) {
      return absl::DataLossError("it names another key as the one before it");
    }
    if (first) log_id_ = std::string(entry.Fact(kLogFact));
    if (TellsKey(entry.kind)) key_ = std::string(entry.Fact(kKeyFact));
    return absl::OkStatus();
  }

  const LedgerTrust& trust_;
  TreeEdge edge_;
  std::string log_id_;
  std::string key_;
  SignedCheckpoint last_;
};

// The first place at which the file is not as it was signed.
std::optional<LedgerFault> FindFault(const LedgerFile& file,
                                     const LedgerTrust& trust,
                                     LedgerVerdict& verdict) {
  const auto header = ParseLedgerFileHeader(file.header);
  if (header.ok()) verdict.log_id = *header;
  EntryWalk walk(trust);
  for (size_t i = 0; i < file.entries.size(); ++i) {
    const absl::Status taken = walk.Take(file.entries[i]);
    if (!taken.ok()) {
      return LedgerFault{kFirstEntryLine + i, i, std::string(taken.message())};
    }
    // What is signed is believed rather than the header.
    verdict.log_id = walk.last().checkpoint.log_id;
    verdict.newest = walk.last().checkpoint.time;
  }
  if (!header.ok()) {
    return LedgerFault{1, std::nullopt, std::string(header.status().message())};
  }
  const uint64_t end_line = kFirstEntryLine + file.entries.size();
  if (file.entries.empty()) {
    return LedgerFault{end_line, 0, "there is no entry"};
  }
  if (verdict.log_id != *header) {
    return LedgerFault{1, std::nullopt,
                       "the header names another ledger than the first entry"};
  }
  if (SignedCheckpointText(walk.last()) != file.end) {
    return LedgerFault{end_line, file.entries.size(),
                       "the file does not end with the checkpoint of the last "
                       "entry: its end is missing or was altered"};
  }
  return std::nullopt;
}

// The hashes of entries as they stand in the file, whether good or not: what
// cannot be taken apart is another entry than any.
std::vector<TreeHash> LeavesOf(const LedgerFile& file) {
  std::vector<TreeHash> leaves;
  leaves.reserve(file.entries.size());
  for (const absl::string_view line : file.entries) {
    const auto filed = ParseLedgerFileLine(line);
    leaves.push_back(HashLeaf(filed.ok() ? filed->line : line));
  }
  return leaves;
}

// The roots over the first entries of a file, for each size in ascending order.
class Roots {
 public:
  explicit Roots(const std::vector<TreeHash>& leaves) : leaves_(leaves) {}
  // REQUIRES: at least that of the call before, at most all.
  TreeHash At(uint64_t size) {
    while (edge_.size() < size) edge_.Append(leaves_[edge_.size()]);
    return edge_.Root();
  }

 private:
  const std::vector<TreeHash>& leaves_;
  TreeEdge edge_;
};

// Says for one checkpoint after another what it shows of the file.
class CheckpointComparison {
 public:
  CheckpointComparison(const std::vector<TreeHash>& leaves,
                       const LedgerTrust& trust, LedgerVerdict& verdict)
      : leaves_(leaves), roots_(leaves), trust_(trust), verdict_(verdict) {}

  // Call in ascending order of sizes.
  void Compare(const KeptCheckpoint& kept) {
    const Checkpoint& checkpoint = kept.signed_checkpoint.checkpoint;
    const std::string name =
        absl::StrCat("the checkpoint of ", checkpoint.size, " entries, of ",
                     LedgerTimeText(checkpoint.time));
    const absl::Status genuine = CheckSigned(trust_, kept.signed_checkpoint);
    if (!genuine.ok()) {
      return Deny(
          absl::StrCat(name, " cannot be trusted: ", genuine.message()));
    }
    if (!verdict_.log_id.empty() && checkpoint.log_id != verdict_.log_id) {
      return Deny(
          absl::StrCat(name, " is of another ledger, ", checkpoint.log_id));
    }
    if (checkpoint.size > leaves_.size()) {
      verdict_.whole = Answer::kNo;
      Say(absl::StrCat("entries ", leaves_.size(), " to ", checkpoint.size - 1,
                       " are missing: ", name, " covers them"));
      CompareLeaves(kept);
      return;
    }
    if (roots_.At(checkpoint.size) == checkpoint.root) {
      verdict_.covered = checkpoint.size;
      Confirm(verdict_.whole);
      Confirm(verdict_.not_rewritten);
      return;
    }
    Deny(absl::StrCat("the entries are not those that ", name, " covers"));
    CompareLeaves(kept);
  }

 private:
  static void Confirm(Answer& answer) {
    if (answer == Answer::kCannotTell) answer = Answer::kYes;
  }

  void Say(const std::string& what) {
    if (verdict_.checkpoint_fault.empty()) verdict_.checkpoint_fault = what;
  }

  void Deny(const std::string& what) {
    verdict_.not_rewritten = Answer::kNo;
    verdict_.rewritten_from = verdict_.covered;
    Say(what);
  }

  // Names the first entry that is another one.
  void CompareLeaves(const KeptCheckpoint& kept) {
    const size_t both = std::min(kept.leaves.size(), leaves_.size());
    for (size_t i = 0; i < both; ++i) {
      if (kept.leaves[i] == leaves_[i]) continue;
      Deny(absl::StrCat("entry ", i, " is not the one that was there"));
      if (!verdict_.first_rewritten.has_value() ||
          i < *verdict_.first_rewritten) {
        verdict_.first_rewritten = i;
      }
      return;
    }
  }

  const std::vector<TreeHash>& leaves_;
  Roots roots_;
  const LedgerTrust& trust_;
  LedgerVerdict& verdict_;
};

}  // namespace

std::optional<uint64_t> LedgerVerdict::first_bad() const {
  std::optional<uint64_t> first = first_rewritten;
  if (whole == Answer::kNo && !first.has_value()) first = entries;
  if (!fault.has_value() || !fault->entry.has_value()) return first;
  return first.has_value() ? std::min(*first, *fault->entry) : *fault->entry;
}

LedgerVerdict VerifyLedgerFile(absl::string_view text,
                               const LedgerTrust& trust) {
  LedgerVerdict verdict;
  const LedgerFile file = SplitLedgerFile(text);
  verdict.entries = file.entries.size();
  verdict.fault = FindFault(file, trust, verdict);
  if (trust.checkpoints.empty()) return verdict;
  std::vector<const KeptCheckpoint*> by_size;
  for (const KeptCheckpoint& kept : trust.checkpoints) by_size.push_back(&kept);
  std::stable_sort(by_size.begin(), by_size.end(),
                   [](const KeptCheckpoint* a, const KeptCheckpoint* b) {
                     return a->signed_checkpoint.checkpoint.size <
                            b->signed_checkpoint.checkpoint.size;
                   });
  const std::vector<TreeHash> leaves = LeavesOf(file);
  CheckpointComparison comparison(leaves, trust, verdict);
  for (const KeptCheckpoint* const kept : by_size) comparison.Compare(*kept);
  return verdict;
}

}  // namespace rollcall::collector
