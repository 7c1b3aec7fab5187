// Reading a RocksDB database: the latest state, or a snapshot of it.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/storage/engine.h"
#include "collector/storage/rocksdb_damage.h"

namespace rollcall::collector {

// DATA_LOSS for damage, with what to do; UNAVAILABLE where the disk fails. The
// message starts with `what`.
absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view what);
// The same of a store in use: damage is told with the file it is in.
absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view what,
                         const DamagedTable& damaged);

// As Reader says. Thread-safe. All arguments outlive it.
class RocksDbReads {
 public:
  // At `snapshot`, or of the latest state if it is null.
  RocksDbReads(rocksdb::DB* db,
               const std::vector<rocksdb::ColumnFamilyHandle*>* tables,
               const DamagedTable* damaged, const rocksdb::Snapshot* snapshot)
      : db_(db), tables_(tables), damaged_(damaged), snapshot_(snapshot) {}

  absl::StatusOr<std::optional<std::string>> Get(TableId table,
                                                 absl::string_view key) const;
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      TableId table, absl::Span<const std::string> keys) const;
  std::unique_ptr<Cursor> Scan(TableId table, absl::string_view begin,
                               absl::string_view end, bool reverse) const;

 private:
  // One after the other: RocksDB's own MultiGet reads the disk even where it is
  // told not to (7.8).
  absl::StatusOr<std::vector<std::optional<std::string>>> GetEach(
      TableId table, absl::Span<const std::string> keys) const;
  rocksdb::ColumnFamilyHandle* TableOf(TableId table) const {
    return (*tables_)[static_cast<size_t>(table)];
  }

  rocksdb::DB* const db_;
  const std::vector<rocksdb::ColumnFamilyHandle*>* const tables_;
  const DamagedTable* const damaged_;
  const rocksdb::Snapshot* const snapshot_;
};

}  // namespace rollcall::collector
