// The ledger as a file of lines, which a text editor shows and any language
// reads:
//
//   rollcall ledger 1 log 00112233445566778899aabbccddeeff
//   <signature, base64> <root, 64 hex digits> {"index":0,...}
//   <signature, base64> <root, 64 hex digits> {"index":1,...}
//   ...
//   rollcall ledger checkpoint 1
//   ... and the other six lines of the checkpoint that ends with the last entry
//
// Root and signature are those of the checkpoint that ends with the entry: its
// size is the index and one, its time the entry's, its key the last that an
// entry up to there told. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/ledger/merkle_tree.h"

namespace rollcall::collector {

// A line of the file that holds an entry.
struct FiledEntry {
  // Of the checkpoint that ends with it.
  std::string signature;
  TreeHash root;
  // The entry, as WriteLedgerLine makes it.
  absl::string_view line;
};

// The lines, each with its end.
std::string LedgerFileHeader(absl::string_view log_id);
std::string LedgerFileLine(const FiledEntry& entry);

// The id in a header line; INVALID_ARGUMENT unless it is what LedgerFileHeader
// makes.
absl::StatusOr<std::string> ParseLedgerFileHeader(absl::string_view line);
// INVALID_ARGUMENT unless it is what LedgerFileLine makes, but for the JSON,
// which it takes as it is. The entry points into `line`.
absl::StatusOr<FiledEntry> ParseLedgerFileLine(absl::string_view line);

// The parts of a file; all point into it.
struct LedgerFile {
  // Lines with their ends.
  absl::string_view header;
  std::vector<absl::string_view> entries;
  // From the first line of a checkpoint on; empty where there is none.
  absl::string_view end;
};

// Takes a file apart, whatever it holds.
LedgerFile SplitLedgerFile(absl::string_view text);

}  // namespace rollcall::collector
