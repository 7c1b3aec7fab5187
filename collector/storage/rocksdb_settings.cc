// The numbers of RocksDB bugs are those of the releases after 7.8.3 that fixed
// them.
#include "collector/storage/rocksdb_settings.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>

#include "collector/storage/rocksdb_log.h"

namespace rollcall::collector {
namespace {

constexpr rlim_t kMostOpenFiles = 512;
constexpr rlim_t kFewestOpenFiles = 32;
constexpr uint32_t kDictionaryBytes = 16 << 10;

// A quarter of what the process may open: agents need the rest, and a database
// that cannot open a file stops writing for good.
int MaxOpenFiles() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kFewestOpenFiles;
  return static_cast<int>(
      std::clamp(limit.rlim_cur / 4, kFewestOpenFiles, kMostOpenFiles));
}

}  // namespace

rocksdb::DBOptions MakeDbOptions(const RocksDbOptions& options) {
  rocksdb::DBOptions db;
  db.create_if_missing = true;
  // Fewer than 8 jobs: a retried flush may reorder updates beyond (7.9).
  db.max_background_jobs = 2;
  // A log that a crash cut short is read as far as it goes: what was synced is
  // whole. A damaged record is an error, where RocksDB's default would drop it
  // and all after it in silence. Damage that looks like a cut is found by
  // CheckAcknowledged.
  db.wal_recovery_mode =
      rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.bytes_per_sync = 1 << 20;
  db.wal_bytes_per_sync = 1 << 20;
  db.max_total_wal_size = 2 * options.write_buffer_bytes;
  db.info_log = MakeRocksDbLogger();
  db.max_open_files = MaxOpenFiles();
  db.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes);
  return db;
}

rocksdb::ColumnFamilyOptions MakeTableOptions(const RocksDbOptions& options) {
  rocksdb::ColumnFamilyOptions table;
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  blocks.block_size = 8 << 10;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  blocks.whole_key_filtering = true;
  blocks.format_version = 5;
  table.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  table.level_compaction_dynamic_level_bytes = true;
  table.compression = rocksdb::kLZ4Compression;
  table.bottommost_compression = rocksdb::kZSTD;
  // Blocks are small and their records alike: a dictionary per file saves what
  // each block would have to learn anew.
  table.bottommost_compression_opts.enabled = true;
  table.bottommost_compression_opts.max_dict_bytes = kDictionaryBytes;
  table.bottommost_compression_opts.zstd_max_train_bytes =
      100 * kDictionaryBytes;
  table.write_buffer_size = options.write_buffer_bytes / 4;
  // More than 2 memtables may reorder updates after a failed flush (7.9).
  table.max_write_buffer_number = 2;
  table.memtable_protection_bytes_per_key = 8;
  return table;
}

rocksdb::ColumnFamilyOptions ForTable(rocksdb::ColumnFamilyOptions options,
                                      const TableSpec& table) {
  if (table.mostly_absent) {
    // A filter also for what is still in memory: a fiftieth of its size, which
    // is some 20 bits for a row.
    options.memtable_prefix_bloom_size_ratio = 0.02;
    options.memtable_whole_key_filtering = true;
  }
  if (table.ascending) {
    // The place of a key is looked for from that of the last. One place for all
    // prefixes, which are those of no bytes.
    options.memtable_insert_with_hint_prefix_extractor.reset(
        rocksdb::NewCappedPrefixTransform(0));
  }
  return options;
}

}  // namespace rollcall::collector
