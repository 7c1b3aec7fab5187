#include "collector/storage/rocksdb_engine.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using rocksdb::ColumnFamilyHandle;

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return rocksdb::Slice(bytes.data(), bytes.size());
}

absl::Status FromRocksDb(const rocksdb::Status& status,
                         absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat(what, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(text);
  if (status.IsNotFound()) return absl::NotFoundError(text);
  if (status.IsInvalidArgument()) return absl::FailedPreconditionError(text);
  return absl::UnavailableError(text);
}

// Settings and their reasons; the numbers of RocksDB bugs are those of the
// releases after 7.8.3 that fixed them.
rocksdb::DBOptions MakeDbOptions(const RocksDbOptions& options) {
  rocksdb::DBOptions db;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  // Fewer than 8 jobs: a retried flush may reorder updates beyond (7.9).
  db.max_background_jobs = 2;
  // A log that a crash cut short is read as far as it goes: what was synced is
  // whole. A damaged record is an error, where RocksDB's default would drop it
  // and all after it in silence.
  db.wal_recovery_mode =
      rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.bytes_per_sync = 1 << 20;
  db.wal_bytes_per_sync = 1 << 20;
  db.max_total_wal_size = 2 * options.write_buffer_bytes;
  db.keep_log_file_num = 4;
  db.max_log_file_size = 4 << 20;
  db.max_open_files = 512;
  db.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes);
  return db;
}

rocksdb::ColumnFamilyOptions MakeTableOptions(
    const std::shared_ptr<rocksdb::Cache>& cache,
    const RocksDbOptions& options) {
  rocksdb::ColumnFamilyOptions table;
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.block_size = 8 << 10;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  blocks.whole_key_filtering = true;
  blocks.format_version = 5;
  table.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  table.level_compaction_dynamic_level_bytes = true;
  table.compression = rocksdb::kLZ4Compression;
  table.bottommost_compression = rocksdb::kZSTD;
  table.write_buffer_size = options.write_buffer_bytes / 4;
  // More than 2 memtables may reorder updates after a failed flush (7.9).
  table.max_write_buffer_number = 2;
  table.memtable_protection_bytes_per_key = 8;
  return table;
}

class RocksDbCursor final : public Cursor {
 public:
  RocksDbCursor(rocksdb::DB* db, ColumnFamilyHandle* table,
                const rocksdb::Snapshot* snapshot, absl::string_view begin,
                absl::string_view end, bool reverse)
      : begin_(begin), end_(end), reverse_(reverse) {
    begin_slice_ = ToSlice(begin_);
    end_slice_ = ToSlice(end_);
    rocksdb::ReadOptions read;
    read.snapshot = snapshot;
    read.total_order_seek = true;
    read.iterate_lower_bound = &begin_slice_;
    if (!end_.empty()) read.iterate_upper_bound = &end_slice_;
    iterator_.reset(db->NewIterator(read, table));
    if (reverse) {
      iterator_->SeekToLast();
    } else {
      iterator_->SeekToFirst();
    }
  }

  bool Valid() const override { return iterator_->Valid(); }
  void Next() override {
    if (reverse_) {
      iterator_->Prev();
    } else {
      iterator_->Next();
    }
  }
  absl::string_view key() const override {
    return {iterator_->key().data(), iterator_->key().size()};
  }
  absl::string_view value() const override {
    return {iterator_->value().data(), iterator_->value().size()};
  }
  absl::Status status() const override {
    return FromRocksDb(iterator_->status(), "reading the store");
  }

 private:
  const std::string begin_;
  const std::string end_;
  const bool reverse_;
  rocksdb::Slice begin_slice_;
  rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

// Reads at a snapshot, or the latest state if it is null.
class RocksDbReads {
 public:
  RocksDbReads(rocksdb::DB* db, const std::vector<ColumnFamilyHandle*>* tables,
               const rocksdb::Snapshot* snapshot)
      : db_(db), tables_(tables), snapshot_(snapshot) {}

  absl::StatusOr<std::optional<std::string>> Get(TableId table,
                                                 absl::string_view key) const {
    std::string value;
    const rocksdb::Status status =
        db_->Get(Options(), TableOf(table), ToSlice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    ROLLCALL_RETURN_IF_ERROR(FromRocksDb(status, "reading the store"));
    return std::optional<std::string>(std::move(value));
  }

  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      TableId table, absl::Span<const std::string> keys) const {
    std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_->MultiGet(Options(), TableOf(table), keys.size(), slices.data(),
                  values.data(), statuses.data());
    std::vector<std::optional<std::string>> result(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].IsNotFound()) continue;
      ROLLCALL_RETURN_IF_ERROR(FromRocksDb(statuses[i], "reading the store"));
      result[i] = values[i].ToString();
    }
    return result;
  }

  std::unique_ptr<Cursor> Scan(TableId table, absl::string_view begin,
                               absl::string_view end, bool reverse) const {
    return std::make_unique<RocksDbCursor>(db_, TableOf(table), snapshot_,
                                           begin, end, reverse);
  }

 private:
  rocksdb::ReadOptions Options() const {
    rocksdb::ReadOptions read;
    read.snapshot = snapshot_;
    return read;
  }
  ColumnFamilyHandle* TableOf(TableId table) const {
    return (*tables_)[static_cast<size_t>(table)];
  }

  rocksdb::DB* const db_;
  const std::vector<ColumnFamilyHandle*>* const tables_;
  const rocksdb::Snapshot* const snapshot_;
};

class RocksDbSnapshot final : public Reader {
 public:
  RocksDbSnapshot(rocksdb::DB* db,
                  const std::vector<ColumnFamilyHandle*>* tables)
      : db_(db), snapshot_(db->GetSnapshot()), reads_(db, tables, snapshot_) {}
  ~RocksDbSnapshot() override { db_->ReleaseSnapshot(snapshot_); }

  absl::StatusOr<std::optional<std::string>> Get(
      TableId table, absl::string_view key) const override {
    return reads_.Get(table, key);
  }
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      TableId table, absl::Span<const std::string> keys) const override {
    return reads_.MultiGet(table, keys);
  }
  std::unique_ptr<Cursor> Scan(TableId table, absl::string_view begin,
                               absl::string_view end) const override {
    return reads_.Scan(table, begin, end, /*reverse=*/false);
  }
  std::unique_ptr<Cursor> ReverseScan(TableId table, absl::string_view begin,
                                      absl::string_view end) const override {
    return reads_.Scan(table, begin, end, /*reverse=*/true);
  }

 private:
  rocksdb::DB* const db_;
  const rocksdb::Snapshot* const snapshot_;
  const RocksDbReads reads_;
};

class RocksDbEngine final : public Engine {
 public:
  RocksDbEngine(std::unique_ptr<rocksdb::Env> env, rocksdb::DB* db,
                std::vector<ColumnFamilyHandle*> tables)
      : env_(std::move(env)),
        db_(db),
        tables_(std::move(tables)),
        reads_(db, &tables_, nullptr) {}

  ~RocksDbEngine() override {
    for (ColumnFamilyHandle* table : tables_) {
      db_->DestroyColumnFamilyHandle(table);
    }
    const rocksdb::Status closed = db_->Close();
    if (!closed.ok()) {
      Log(LogLevel::kError, "closing the store failed",
          {{"error", closed.ToString()}});
    }
  }

  absl::StatusOr<std::optional<std::string>> Get(
      TableId table, absl::string_view key) const override {
    return reads_.Get(table, key);
  }
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      TableId table, absl::Span<const std::string> keys) const override {
    return reads_.MultiGet(table, keys);
  }
  std::unique_ptr<Cursor> Scan(TableId table, absl::string_view begin,
                               absl::string_view end) const override {
    return reads_.Scan(table, begin, end, /*reverse=*/false);
  }
  std::unique_ptr<Cursor> ReverseScan(TableId table, absl::string_view begin,
                                      absl::string_view end) const override {
    return reads_.Scan(table, begin, end, /*reverse=*/true);
  }
  std::unique_ptr<Reader> Snapshot() const override {
    return std::make_unique<RocksDbSnapshot>(db_.get(), &tables_);
  }

  absl::Status Write(const Batch& batch, Durability durability) override {
    if (batch.empty() && durability == Durability::kBuffered) {
      return absl::OkStatus();
    }
    rocksdb::WriteBatch writes(batch.bytes() + batch.ops().size() * 16,
                               /*max_bytes=*/0, /*protection_bytes_per_key=*/8,
                               /*default_cf_ts_sz=*/0);
    for (const Batch::Op& op : batch.ops()) {
      ColumnFamilyHandle* table = tables_[static_cast<size_t>(op.table)];
      const rocksdb::Status added = op.value.has_value()
                                        ? writes.Put(table, op.key, *op.value)
                                        : writes.Delete(table, op.key);
      ROLLCALL_RETURN_IF_ERROR(FromRocksDb(added, "building a write"));
    }
    rocksdb::WriteOptions options;
    options.sync = durability == Durability::kSynced;
    rocksdb::Status status = db_->Write(options, &writes);
    if (!status.ok() && db_->Resume().ok()) {
      // What stopped the store (a full disk) is over: it can write again.
      status = db_->Write(options, &writes);
    }
    return FromRocksDb(status, "writing the store");
  }

 private:
  const std::unique_ptr<rocksdb::Env> env_;  // outlives db_
  const std::unique_ptr<rocksdb::DB> db_;
  const std::vector<ColumnFamilyHandle*> tables_;
  const RocksDbReads reads_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> OpenRocksDb(
    const RocksDbOptions& options) {
  rocksdb::DBOptions db_options = MakeDbOptions(options);
  std::unique_ptr<rocksdb::Env> env;
  if (options.in_memory) {
    env.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    db_options.env = env.get();
  }
  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  const rocksdb::ColumnFamilyOptions table_options =
      MakeTableOptions(cache, options);
  // RocksDB insists on a table named "default"; it stays empty.
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const TableSpec& table : AllTables()) {
    descriptors.emplace_back(std::string(table.name), table_options);
  }
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, table_options);

  std::vector<ColumnFamilyHandle*> tables;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(db_options, options.path, descriptors, &tables, &db);
  ROLLCALL_RETURN_IF_ERROR(FromRocksDb(
      opened, absl::StrCat("cannot open the store in ", options.path)));
  auto engine =
      std::make_unique<RocksDbEngine>(std::move(env), db, std::move(tables));
  ROLLCALL_RETURN_IF_ERROR(UpgradeSchema(*engine, options.migrations));
  return engine;
}

}  // namespace rollcall::collector
