#include "collector/ledger/ledger_writer.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/ledger/checkpoint.h"
#include "collector/ledger/ledger_check.h"
#include "collector/ledger/ledger_tables.h"
#include "collector/ledger/ledger_view.h"
#include "common/id.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using LedgerId = Id<struct LedgerIdTag>;

// A ledger without entries has no id either: else its entries were lost, and
// must not be forgotten over those of another.
absl::Status CheckNeverBegun(const Reader& reader) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto id,
                            reader.Get(TableId::kMeta, kLedgerIdKey));
  if (!id.has_value()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("table ledger_entry: all entries of ledger ",
                   absl::CEscape(*id), " are missing"));
}

absl::Status NotOpen() {
  return absl::FailedPreconditionError(
      "the ledger was not opened with the key that signs");
}

}  // namespace

absl::Status LedgerWriter::Open(const Engine& engine, Committer& committer,
                                Random& random) const {
  const auto build = [this, &random](KnownStamp stamp, const Reader& reader,
                                     Writes& writes) -> absl::Status {
    const LedgerView view(reader);
    ROLLCALL_ASSIGN_OR_RETURN(const uint64_t size, view.Size());
    if (size == 0) {
      ROLLCALL_RETURN_IF_ERROR(CheckNeverBegun(reader));
      return Begin(stamp, reader, random, writes.head);
    }
    ROLLCALL_RETURN_IF_ERROR(CheckLedgerEnd(view, size));
    ROLLCALL_ASSIGN_OR_RETURN(const auto last, view.Entry(size - 1));
    ROLLCALL_ASSIGN_OR_RETURN(const ToldLedgerKey told, view.KeyOf(last));
    if (told.key.sha256() == public_key().sha256()) return absl::OkStatus();
    Log(LogLevel::kWarning, "the ledger is signed by another key from now on",
        {{"old_key", told.key.sha256()}, {"new_key", public_key().sha256()}});
    return ChangeKey(told.key.sha256(), stamp, reader, writes.head);
  };
  const absl::Status opened = committer.Commit({kName}, build).status();
  if (!absl::IsDataLoss(opened)) return opened;
  return Annotate(ExplainLedgerDamage(engine, opened),
                  "the ledger is not as it was signed; restore the store from "
                  "a backup");
}

absl::Status LedgerWriter::Begin(KnownStamp stamp, const Reader& reader,
                                 Random& random, Batch& batch) const {
  const std::string id = LedgerId::Generate(random).ToHex();
  LedgerEntry entry;
  entry.kind = kLedgerOpened;
  entry.actor = kLedgerActor;
  entry.facts = {{kLogFact, id},
                 {kKeyFact, public_key().sha256()},
                 {kPublicKeyFact, absl::Base64Escape(public_key().der())}};
  batch.Put(TableId::kMeta, kLedgerIdKey, id);
  return Write(entry, stamp, reader, batch);
}

absl::Status LedgerWriter::ChangeKey(const std::string& old_sha256,
                                     KnownStamp stamp, const Reader& reader,
                                     Batch& batch) const {
  LedgerEntry entry;
  entry.kind = kLedgerKeyChanged;
  entry.actor = kLedgerActor;
  entry.facts = {{kOldKeyFact, old_sha256},
                 {kKeyFact, public_key().sha256()},
                 {kPublicKeyFact, absl::Base64Escape(public_key().der())}};
  return Write(entry, stamp, reader, batch);
}

absl::Status LedgerWriter::Append(const LedgerEntry& entry, KnownStamp stamp,
                                  const Reader& reader, Batch& batch) const {
  if (TellsKey(entry.kind)) {
    return absl::InvalidArgumentError(
        absl::StrCat("kind \"", entry.kind, "\" is the ledger's own"));
  }
  return Write(entry, stamp, reader, batch);
}

absl::Status LedgerWriter::Write(const LedgerEntry& entry, KnownStamp stamp,
                                 const Reader& reader, Batch& batch) const {
  const LedgerView view(reader, batch);
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t index, view.Size());
  stored::v1::LedgerRecord record;
  if (TellsKey(entry.kind)) {
    record.set_key_index(index);
  } else {
    if (index == 0) return NotOpen();
    ROLLCALL_ASSIGN_OR_RETURN(const auto last, view.Entry(index - 1));
    ROLLCALL_ASSIGN_OR_RETURN(const ToldLedgerKey told, view.KeyOf(last));
    if (told.key.sha256() != public_key().sha256()) return NotOpen();
    record.set_key_index(told.index);
  }
  ROLLCALL_ASSIGN_OR_RETURN(std::string line,
                            WriteLedgerLine({index, stamp.time(), entry}));
  ROLLCALL_ASSIGN_OR_RETURN(TreeEdge edge, view.EdgeAt(index));
  Batch added;
  edge.Append(HashLeaf(line), [&added](TreeNode node, const TreeHash& hash) {
    stored::v1::LedgerNode stored;
    stored.set_hash(hash);
    kLedgerNodeTable.Put(added, {node}, stored);
  });
  ROLLCALL_ASSIGN_OR_RETURN(const std::string log_id, view.LogId());
  ROLLCALL_ASSIGN_OR_RETURN(
      *record.mutable_signature(),
      signer_.Sign(CheckpointText({log_id, edge.size(), edge.Root(),
                                   stamp.time(), public_key().sha256()})));
  record.set_line(std::move(line));
  kLedgerEntryTable.Put(added, {index}, record);
  batch.Append(std::move(added));
  return absl::OkStatus();
}

}  // namespace rollcall::collector
