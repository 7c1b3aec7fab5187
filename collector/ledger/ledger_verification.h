// Whether an exported ledger is what was signed, by nothing but the file, the
// public keys, and checkpoints that were kept elsewhere. Pure.
//
// What each of these can show:
//   a public key          no entry was altered by somebody without the key
//   a checkpoint          and none of the entries that it covers was cut off
//                         or written anew, not even by somebody with the key
//   with entries' hashes  and which entry was the first to be written anew
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/ledger/kept_checkpoint.h"
#include "collector/ledger/ledger_key.h"

namespace rollcall::collector {

// What the reader of a file has got from elsewhere.
struct LedgerTrust {
  // All keys that may have signed.
  std::vector<LedgerPublicKey> keys;
  std::vector<KeptCheckpoint> checkpoints;
  // Whether a signature is the key's; to be replaced by one that remembers what
  // it checked.
  std::function<bool(const LedgerPublicKey& key, absl::string_view text,
                     absl::string_view signature)>
      check = [](const LedgerPublicKey& key, absl::string_view text,
                 absl::string_view signature) {
        return key.Signed(text, signature);
      };
};

// The first entry that is not what was signed; where all are, what else of the
// file is not.
struct LedgerFault {
  // Of the file, from 1.
  uint64_t line = 0;
  // The first entry that is wrong or missing; none where only the header is
  // wrong. Where only the end of the file is wrong, the index that a further
  // entry would have.
  std::optional<uint64_t> entry;
  // What is wrong, without a full stop.
  std::string what;
};

// What can be said.
enum class Answer { kYes, kNo, kCannotTell };

struct LedgerVerdict {
  // The ledger's id: as it was signed, else as the header has it.
  std::string log_id;
  uint64_t entries = 0;
  // When the last entry was written that is as it was signed.
  absl::Time newest;

  // By the keys alone: none if every entry is as it was signed.
  std::optional<LedgerFault> fault;

  // By checkpoints: whether entries that one covers are all there, and whether
  // they are those that it covers; kCannotTell without a checkpoint.
  Answer whole = Answer::kCannotTell;
  Answer not_rewritten = Answer::kCannotTell;
  // What is wrong with regard to a checkpoint, without a full stop; empty if
  // nothing is.
  std::string checkpoint_fault;
  // How many entries the longest checkpoint that holds covers.
  uint64_t covered = 0;
  // The first entry that is not the one a checkpoint covers, where that can be
  // told; else, if `not_rewritten` is kNo, it is one from here on.
  std::optional<uint64_t> first_rewritten;
  uint64_t rewritten_from = 0;

  // Whether nothing speaks against the file.
  bool good() const {
    return !fault.has_value() && whole != Answer::kNo &&
           not_rewritten != Answer::kNo;
  }
  // The first entry that is known to be wrong or missing; none if all is good
  // or no entry can be named.
  std::optional<uint64_t> first_bad() const;
};

// Reads the whole file and checks every signature, up to the first fault. Takes
// any text.
LedgerVerdict VerifyLedgerFile(absl::string_view text,
                               const LedgerTrust& trust);

}  // namespace rollcall::collector
