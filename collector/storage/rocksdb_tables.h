// Opens RocksDB with every table of the schema.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <string>
#include <vector>

namespace rollcall::collector {

// Makes tables that the store lacks, all at once: where RocksDB makes them on
// opening (create_missing_column_families), it writes and reads back the
// options of all tables for each of them.
//
// OK: the caller owns `*db`, and destroys the handles of `*tables` before it:
// those of AllTables() in their order, then that of RocksDB's own "default",
// which stays empty. Otherwise nothing is left open.
rocksdb::Status OpenTables(const rocksdb::DBOptions& options,
                           const rocksdb::ColumnFamilyOptions& table_options,
                           const std::string& path, rocksdb::DB** db,
                           std::vector<rocksdb::ColumnFamilyHandle*>* tables);

}  // namespace rollcall::collector
