// How far a log of RocksDB holds together: its write-ahead log, or a MANIFEST.
//
// RocksDB takes several kinds of damage for the end that a crash left: a length
// that leads beyond the end of the file, a record type of recycled logs, a file
// cut off between two records. What comes after is then gone without a word, so
// somebody who knows how far a log went has to compare.
//
// The format is that of RocksDB's wiki, "Write Ahead Log File Format": blocks
// of 32 KiB; records of checksum (4 bytes: CRC-32C of type and payload, rotated
// and offset), length (2), type (1), payload; a
// batch starts with its sequence number (8 bytes) and count (4), all least
// significant byte first. Logs of a store of ours are neither recycled nor
// compressed.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace rollcall::collector {

struct LogExtent {
  // Up to the end of the last whole record.
  uint64_t bytes = 0;
  // Of a write-ahead log: the sequence numbers of the changes in it; 0 if it is
  // empty.
  uint64_t first_sequence = 0;
  uint64_t last_sequence = 0;
};

// Checksums are slow, and RocksDB looks at them when it opens a store.
enum class LogChecksums { kIgnored, kVerified };

// Follows the records of the file up to the first that is not whole. NOT_FOUND
// and the like if it cannot be read; blocking.
absl::StatusOr<LogExtent> ReadLogExtent(
    const std::string& path, LogChecksums checksums = LogChecksums::kIgnored);

// The sequence number of the last change of a batch, given the start of its
// bytes; 0 if there are too few of them.
uint64_t LastSequenceOf(absl::string_view batch);

}  // namespace rollcall::collector
