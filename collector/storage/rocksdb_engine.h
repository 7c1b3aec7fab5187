// The embedded engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "collector/storage/schema.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace rollcall::collector {

struct RocksDbOptions {
  // The folder of the database; made if missing.
  std::string path;
  // Keep everything in memory, for tests; `path` is then only a name.
  bool in_memory = false;
  // For blocks read from disk, in bytes.
  size_t block_cache_bytes = 64 << 20;
  // For all memtables together, in bytes.
  size_t write_buffer_bytes = 64 << 20;
  // Nothing is written while less of the disk is free, in bytes, or than a
  // tenth of it if that is less; see DiskReserve.
  uint64_t reserve_bytes = 256 << 20;
  // Where the files of the database are, for tests; outlives the engine. Null:
  // the machine's own.
  rocksdb::Env* env = nullptr;
  // What brings an older store up to date; see UpgradeSchema.
  std::vector<Migration> migrations = {};
};

// Opens or creates the database and brings it to the current schema. Waits for
// nothing: a database that another process has open is UNAVAILABLE. DATA_LOSS
// where it is damaged or lacks what was acknowledged; the text names the file
// and what to do.
absl::StatusOr<std::unique_ptr<Engine>> OpenRocksDb(
    const RocksDbOptions& options);

}  // namespace rollcall::collector
