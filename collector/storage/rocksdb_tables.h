// Opens RocksDB with every table of the schema, and looks at a closed store.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <cstdint>
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

// The write-ahead logs from this number on hold changes that may be in no table
// yet: RocksDB deletes only those before. Reads the MANIFEST of a closed store;
// writes nothing.
rocksdb::Status FindFirstLogNeeded(rocksdb::DBOptions options,
                                   const std::string& path, uint64_t* number);

}  // namespace rollcall::collector
