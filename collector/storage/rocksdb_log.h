// Brings what RocksDB has to say into the process's own log.
#pragma once

#include <rocksdb/env.h>

#include <memory>

namespace rollcall::collector {

// Warnings and errors only. RocksDB's own logger writes to a file beside the
// database, and Debian's build aborts the process where that cannot be written:
// on a full disk.
std::shared_ptr<rocksdb::Logger> MakeRocksDbLogger();

}  // namespace rollcall::collector
