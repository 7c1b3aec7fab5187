// Checkpoints: signed statements of how long the ledger is and which root it
// has. Their text is kept in files and compared by people. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/ledger/merkle_tree.h"

namespace rollcall::collector {

// What is signed.
struct Checkpoint {
  // The ledger's id: 32 hex digits.
  std::string log_id;
  // How many entries it covers.
  uint64_t size = 0;
  TreeHash root;
  // Of the last of these entries, to the microsecond.
  absl::Time time;
  // The fingerprint of the key that signs.
  std::string key_sha256;
};

struct SignedCheckpoint {
  Checkpoint checkpoint;
  // Ed25519, 64 bytes.
  std::string signature;
};

inline constexpr size_t kSignedCheckpointLines = 7;
inline constexpr absl::string_view kCheckpointFirstLine =
    "rollcall ledger checkpoint 1\n";

// The six lines that are signed:
//
//   rollcall ledger checkpoint 1
//   log 00112233445566778899aabbccddeeff
//   size 42
//   root <64 hex digits>
//   time 2026-11-22T11:46:02.917554Z
//   key <64 hex digits>
std::string CheckpointText(const Checkpoint& checkpoint);

// These, and a seventh: "signature <base64>".
std::string SignedCheckpointText(const SignedCheckpoint& signed_checkpoint);

// Takes exactly what SignedCheckpointText makes; INVALID_ARGUMENT for all else.
// Says nothing of whether the signature is good.
absl::StatusOr<SignedCheckpoint> ParseSignedCheckpoint(absl::string_view text);

// The bytes that `text` is the one base64 of; INVALID_ARGUMENT if there are
// none.
absl::StatusOr<std::string> StrictBase64(absl::string_view text);

// The hash that 64 hex digits in lower case stand for; INVALID_ARGUMENT for
// other texts.
absl::StatusOr<TreeHash> StrictTreeHash(absl::string_view text);

// Whether `text` is 32 hex digits in lower case.
bool IsLogId(absl::string_view text);

}  // namespace rollcall::collector
