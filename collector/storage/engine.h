// The ordered key-value store that everything is kept in, as an interface that
// carries nothing of any one engine.
//
// Keys and values are bytes; keys are ordered as bytes within a table.
// Snapshots and atomicity may be relied on within one shard only (DESIGN: a
// second engine spreads shards over machines), so nothing may depend on more.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/storage/schema.h"

namespace rollcall::collector {

// Changes that take effect together or not at all. Not thread-safe.
class Batch {
 public:
  struct Op {
    TableId table;
    std::string key;
    // Nothing: delete.
    std::optional<std::string> value;
  };

  void Put(TableId table, std::string key, std::string value);
  void Delete(TableId table, std::string key);
  // Moves all of `other` behind what is here.
  void Append(Batch&& other);
  void Clear();

  const std::vector<Op>& ops() const { return ops_; }
  bool empty() const { return ops_.empty(); }
  // Bytes of all keys and values.
  size_t bytes() const { return bytes_; }

 private:
  std::vector<Op> ops_;
  size_t bytes_ = 0;
};

// Walks over keys in order. Not thread-safe; must not outlive what made it.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  // Valid until the next call. REQUIRES: Valid().
  virtual absl::string_view key() const = 0;
  virtual absl::string_view value() const = 0;
  // Check it once Valid() is false: an error ends a walk early.
  virtual absl::Status status() const = 0;
};

// Reads. Thread-safe. DATA_LOSS where stored bytes fail their checksum,
// UNAVAILABLE where the disk fails, or would be needed by who does not want to
// wait for it (memory_reads.h).
class Reader {
 public:
  virtual ~Reader() = default;
  // The value, or nothing if there is none.
  virtual absl::StatusOr<std::optional<std::string>> Get(
      TableId table, absl::string_view key) const = 0;
  // One result per key, in the order of `keys`.
  virtual absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      TableId table, absl::Span<const std::string> keys) const = 0;
  // Keys from `begin` (inclusive) to `end` (exclusive; empty: to the table's
  // end), placed on the first.
  virtual std::unique_ptr<Cursor> Scan(TableId table, absl::string_view begin,
                                       absl::string_view end) const = 0;
  // As Scan, from the last key to the first.
  virtual std::unique_ptr<Cursor> ReverseScan(TableId table,
                                              absl::string_view begin,
                                              absl::string_view end) const = 0;
};

enum class Durability {
  kBuffered,  // survives the process, but not the machine
  kSynced,    // survives both; returns after the disk has it
};

// Reads the latest state, and writes. Thread-safe.
class Engine : public Reader {
 public:
  // UNAVAILABLE if it cannot be written (disk full, I/O error); nothing of the
  // batch is then in effect, and a later write may succeed.
  virtual absl::Status Write(const Batch& batch, Durability durability) = 0;
  // The state as it is now, unchanged by later writes. Must not outlive the
  // engine.
  virtual std::unique_ptr<Reader> Snapshot() const = 0;
};

}  // namespace rollcall::collector
