// How the database is set up, with the reasons.
#pragma once

#include <rocksdb/options.h>

#include "collector/storage/rocksdb_engine.h"
#include "collector/storage/schema.h"

namespace rollcall::collector {

rocksdb::DBOptions MakeDbOptions(const RocksDbOptions& options);

// Of every table; blocks read from disk are cached for all together.
rocksdb::ColumnFamilyOptions MakeTableOptions(const RocksDbOptions& options);
// The same for one table, with what its use asks for.
rocksdb::ColumnFamilyOptions ForTable(rocksdb::ColumnFamilyOptions options,
                                      const TableSpec& table);

}  // namespace rollcall::collector
