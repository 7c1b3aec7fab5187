// Appends to the ledger, in the change that an entry tells of.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "collector/ledger/ledger_key.h"
#include "collector/ledger/ledger_line.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/random.h"

namespace rollcall::collector {

// Writes entries and signs a checkpoint after each. To add one with a change:
//
//   committer.Commit({..., LedgerWriter::kName},
//                    [&](KnownStamp stamp, const Reader& reader,
//                        Writes& writes) {
//                      ... what takes effect ...
//                      return ledger.Append(entry, stamp, reader, writes.head);
//                    });
//
// so that both are there after a crash, or neither. Holds nothing but the key;
// thread-safe.
class LedgerWriter {
 public:
  // Among the names of every change that appends.
  static constexpr char kName[] = "ledger";

  explicit LedgerWriter(LedgerSigner signer) : signer_(std::move(signer)) {}

  // Makes it ready: begins a ledger that has no entry, or checks the end of one
  // that has (its last entry, the signature, the nodes that it will grow from),
  // and appends that the key is another where it is. DATA_LOSS if the end is
  // not as it was signed: nothing is appended then, and the first place that is
  // wrong is named. Once, before the first Append. Blocking.
  absl::Status Open(const Engine& engine, Committer& committer,
                    Random& random) const;

  // Adds the entry and what it does to the tree to `batch`, behind those that
  // the batch has. Call only in the `build` of a change that has kName among
  // its names. Reads and writes O(log n) values, and looks once at what is in
  // the batch. INVALID_ARGUMENT for an entry that the ledger does not take
  // (see LedgerEntry), FAILED_PRECONDITION before Open, else the errors of
  // LedgerView; the batch is as it was then.
  absl::Status Append(const LedgerEntry& entry, KnownStamp stamp,
                      const Reader& reader, Batch& batch) const;

  const LedgerPublicKey& public_key() const { return signer_.public_key(); }

 private:
  // The first entry, and one that tells another key.
  absl::Status Begin(KnownStamp stamp, const Reader& reader, Random& random,
                     Batch& batch) const;
  absl::Status ChangeKey(const std::string& old_sha256, KnownStamp stamp,
                         const Reader& reader, Batch& batch) const;
  absl::Status Write(const LedgerEntry& entry, KnownStamp stamp,
                     const Reader& reader, Batch& batch) const;

  const LedgerSigner signer_;
};

}  // namespace rollcall::collector
