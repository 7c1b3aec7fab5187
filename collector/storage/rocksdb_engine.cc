#include "collector/storage/rocksdb_engine.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "collector/storage/acknowledged_mark.h"
#include "collector/storage/disk_reserve.h"
#include "collector/storage/log_extent.h"
#include "collector/storage/rocksdb_damage.h"
#include "collector/storage/rocksdb_reads.h"
#include "collector/storage/rocksdb_settings.h"
#include "collector/storage/rocksdb_tables.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using rocksdb::ColumnFamilyHandle;

// Hears of what RocksDB does in the background. Thread-safe.
class BackgroundWatch final : public rocksdb::EventListener {
 public:
  void OnFlushCompleted(rocksdb::DB* /*db*/,
                        const rocksdb::FlushJobInfo& /*job*/) override {
    files_changed_ = true;
  }
  void OnCompactionCompleted(
      rocksdb::DB* /*db*/, const rocksdb::CompactionJobInfo& /*job*/) override {
    files_changed_ = true;
  }
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* error) override {
    Log(LogLevel::kError, "the store cannot write",
        {{"error", error->ToString()}});
  }
  void OnErrorRecoveryEnd(
      const rocksdb::BackgroundErrorRecoveryInfo& info) override {
    if (!info.new_bg_error.ok()) return;
    files_changed_ = true;
    Log(LogLevel::kInfo, "the store writes again",
        {{"after", info.old_bg_error.ToString()}});
  }

  // Whether the MANIFEST may have grown since the last call.
  bool TakeFilesChanged() { return files_changed_.exchange(false); }

 private:
  std::atomic<bool> files_changed_{true};
};

class RocksDbSnapshot final : public Reader {
 public:
  RocksDbSnapshot(rocksdb::DB* db,
                  const std::vector<ColumnFamilyHandle*>* tables,
                  const DamagedTable* damaged)
      : db_(db),
        snapshot_(db->GetSnapshot()),
        reads_(db, tables, damaged, snapshot_) {}
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
  struct Parts {
    std::unique_ptr<rocksdb::Env> env;  // of a store in memory
    std::shared_ptr<BackgroundWatch> watch;
    DiskReserve reserve;
    // None of a store in memory.
    std::unique_ptr<AcknowledgedMark> mark;
    std::vector<ColumnFamilyHandle*> tables;
  };

  RocksDbEngine(rocksdb::DB* db, Parts parts)
      : parts_(std::move(parts)),
        db_(db),
        damaged_(db->GetName()),
        reads_(db, &parts_.tables, &damaged_, nullptr) {
    NoteManifest();
  }

  ~RocksDbEngine() override {
    rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/true);
    NoteManifest();
    for (ColumnFamilyHandle* table : parts_.tables) {
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
    return std::make_unique<RocksDbSnapshot>(db_.get(), &parts_.tables,
                                             &damaged_);
  }

  absl::Status Write(const Batch& batch, Durability durability) override {
    if (batch.empty() && durability == Durability::kBuffered) {
      return absl::OkStatus();
    }
    ROLLCALL_RETURN_IF_ERROR(parts_.reserve.Check());
    rocksdb::WriteBatch writes(batch.bytes() + batch.ops().size() * 16,
                               /*max_bytes=*/0, /*protection_bytes_per_key=*/8,
                               /*default_cf_ts_sz=*/0);
    for (const Batch::Op& op : batch.ops()) {
      ColumnFamilyHandle* table = parts_.tables[static_cast<size_t>(op.table)];
      const rocksdb::Status added = op.value.has_value()
                                        ? writes.Put(table, op.key, *op.value)
                                        : writes.Delete(table, op.key);
      ROLLCALL_RETURN_IF_ERROR(FromRocksDb(added, "building a write"));
    }
    rocksdb::Status status = WriteOnce(writes, durability);
    // RocksDB looks every five seconds whether what stopped it (a full disk) is
    // over, but for some errors only when asked.
    if (!status.ok() && db_->Resume().ok()) {
      status = WriteOnce(writes, durability);
    }
    return FromRocksDb(status, "writing the store", damaged_);
  }

 private:
  rocksdb::Status WriteOnce(rocksdb::WriteBatch& writes,
                            Durability durability) {
    rocksdb::WriteOptions options;
    options.sync = durability == Durability::kSynced;
    const bool note = options.sync && parts_.mark != nullptr;
    const uint64_t log = note ? LogInUse() : 0;
    const rocksdb::Status status = db_->Write(options, &writes);
    if (!note || log == 0 || !status.ok()) return status;
    const uint64_t sequence = LastSequenceOf(writes.Data());
    const uint64_t log_now = LogInUse();
    if (log == log_now) {
      parts_.mark->NoteLog(log, sequence);
    } else {
      // Another log was begun meanwhile: the batch may be in either.
      parts_.mark->NoteLogOf(sequence, {log_now, log});
    }
    if (parts_.watch->TakeFilesChanged()) NoteManifest();
    return status;
  }

  // The number of the write-ahead log; 0 if it cannot be told.
  uint64_t LogInUse() {
    std::unique_ptr<rocksdb::LogFile> log;
    return db_->GetCurrentWalFile(&log).ok() ? log->LogNumber() : 0;
  }

  // Only whole, synced records count into the size that is noted.
  void NoteManifest() {
    if (parts_.mark == nullptr) return;
    std::vector<std::string> files;
    uint64_t bytes = 0;
    if (!db_->GetLiveFiles(files, &bytes, /*flush_memtable=*/false).ok()) {
      return;
    }
    for (const std::string& file : files) {
      absl::string_view digits = file;
      uint64_t number = 0;
      if (absl::ConsumePrefix(&digits, "/MANIFEST-") &&
          absl::SimpleAtoi(digits, &number)) {
        parts_.mark->NoteManifest(number, bytes);
      }
    }
  }

  const Parts parts_;  // outlives db_
  const std::unique_ptr<rocksdb::DB> db_;
  const DamagedTable damaged_;
  const RocksDbReads reads_;
};

// Whether another process has the store open, or this one has already.
bool IsOpenElsewhere(const rocksdb::Status& status) {
  if (!status.IsIOError()) return false;
  const std::string text = status.ToString();
  return absl::StrContains(text, "While lock file") ||
         absl::StrContains(text, "lock hold by current process");
}

// What keeps a store from opening. A file that is missing is damage as well.
absl::Status OpeningError(const rocksdb::Status& status,
                          const std::string& path) {
  if (IsOpenElsewhere(status)) {
    return absl::UnavailableError(
        absl::StrCat("another collector has ", path, " open; stop it first"));
  }
  std::string what = absl::StrCat("cannot open the store in ", path);
  if (status.IsCorruption()) {
    const std::string file = DamagedFile(path);
    if (!file.empty()) absl::StrAppend(&what, " with ", file);
  }
  if (!status.IsPathNotFound()) return FromRocksDb(status, what);
  return absl::DataLossError(
      absl::StrCat(what, ": ", status.ToString(),
                   "; the store is damaged: put a backup in its place"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> OpenRocksDb(
    const RocksDbOptions& options) {
  rocksdb::DBOptions db_options = MakeDbOptions(options);
  RocksDbEngine::Parts parts{
      nullptr,
      std::make_shared<BackgroundWatch>(),
      DiskReserve(options.path, options.in_memory ? 0 : options.reserve_bytes),
      nullptr,
      {}};
  db_options.listeners.push_back(parts.watch);
  if (options.in_memory) {
    parts.env.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    db_options.env = parts.env.get();
  } else {
    if (options.env != nullptr) db_options.env = options.env;
    ROLLCALL_RETURN_IF_ERROR(
        CheckAcknowledged(options.path, [&]() -> absl::StatusOr<uint64_t> {
          uint64_t number = 0;
          const rocksdb::Status found =
              FindFirstLogNeeded(db_options, options.path, &number);
          if (!found.ok()) return OpeningError(found, options.path);
          return number;
        }));
  }
  // RocksDB would report as an error that it is not there yet. Where it cannot
  // be made, opening says so.
  db_options.env->CreateDirIfMissing(options.path).PermitUncheckedError();
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = OpenTables(
      db_options, MakeTableOptions(options), options.path, &db, &parts.tables);
  if (!opened.ok()) return OpeningError(opened, options.path);
  std::unique_ptr<rocksdb::DB> owned(db);
  if (!options.in_memory) {
    ROLLCALL_ASSIGN_OR_RETURN(parts.mark,
                              AcknowledgedMark::Create(options.path));
  }
  auto engine =
      std::make_unique<RocksDbEngine>(owned.release(), std::move(parts));
  ROLLCALL_RETURN_IF_ERROR(UpgradeSchema(*engine, options.migrations));
  return engine;
}

}  // namespace rollcall::collector
