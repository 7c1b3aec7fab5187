#include "collector/storage/rocksdb_reads.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/storage/memory_reads.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using rocksdb::ColumnFamilyHandle;

constexpr absl::string_view kReading = "reading the store";

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return rocksdb::Slice(bytes.data(), bytes.size());
}

// For a read that waits for the disk, or does not, as its thread wants it.
rocksdb::ReadOptions OptionsAt(const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  if (MemoryReads::Apply()) read.read_tier = rocksdb::kBlockCacheTier;
  return read;
}

class RocksDbCursor final : public Cursor {
 public:
  RocksDbCursor(rocksdb::DB* db, ColumnFamilyHandle* table,
                const DamagedTable* damaged, const rocksdb::Snapshot* snapshot,
                absl::string_view begin, absl::string_view end, bool reverse)
      : damaged_(damaged), begin_(begin), end_(end), reverse_(reverse) {
    begin_slice_ = ToSlice(begin_);
    end_slice_ = ToSlice(end_);
    rocksdb::ReadOptions read = OptionsAt(snapshot);
    read.total_order_seek = true;
    // Who walks over a whole table does not read it again, and what others do
    // would no longer be in memory.
    read.fill_cache = !begin_.empty() || !end_.empty();
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
    return FromRocksDb(iterator_->status(), kReading, *damaged_);
  }

 private:
  const DamagedTable* const damaged_;
  const std::string begin_;
  const std::string end_;
  const bool reverse_;
  rocksdb::Slice begin_slice_;
  rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace

absl::Status FromRocksDb(const rocksdb::Status& status,
                         absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsIncomplete()) return NotInMemoryError(what);
  const std::string text = absl::StrCat(what, ": ", status.ToString());
  if (status.IsCorruption()) {
    return absl::DataLossError(absl::StrCat(
        text, "; the store is damaged: put a backup in its place"));
  }
  if (status.IsNotFound()) return absl::NotFoundError(text);
  if (status.IsInvalidArgument()) return absl::FailedPreconditionError(text);
  return absl::UnavailableError(text);
}

absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view what,
                         const DamagedTable& damaged) {
  if (!status.IsCorruption() || absl::StrContains(status.ToString(), ".sst")) {
    return FromRocksDb(status, what);
  }
  const std::string file = damaged.Find();
  if (file.empty()) return FromRocksDb(status, what);
  return FromRocksDb(status, absl::StrCat(what, " with ", file));
}

absl::StatusOr<std::optional<std::string>> RocksDbReads::Get(
    TableId table, absl::string_view key) const {
  std::string value;
  const rocksdb::Status status =
      db_->Get(OptionsAt(snapshot_), TableOf(table), ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  ROLLCALL_RETURN_IF_ERROR(FromRocksDb(status, kReading, *damaged_));
  return std::optional<std::string>(std::move(value));
}

absl::StatusOr<std::vector<std::optional<std::string>>> RocksDbReads::GetEach(
    TableId table, absl::Span<const std::string> keys) const {
  std::vector<std::optional<std::string>> result;
  result.reserve(keys.size());
  for (const std::string& key : keys) {
    ROLLCALL_ASSIGN_OR_RETURN(result.emplace_back(), Get(table, key));
  }
  return result;
}

absl::StatusOr<std::vector<std::optional<std::string>>> RocksDbReads::MultiGet(
    TableId table, absl::Span<const std::string> keys) const {
  if (MemoryReads::Apply()) return GetEach(table, keys);
  std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(OptionsAt(snapshot_), TableOf(table), keys.size(),
                slices.data(), values.data(), statuses.data());
  std::vector<std::optional<std::string>> result(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    ROLLCALL_RETURN_IF_ERROR(FromRocksDb(statuses[i], kReading, *damaged_));
    result[i] = values[i].ToString();
  }
  return result;
}

std::unique_ptr<Cursor> RocksDbReads::Scan(TableId table,
                                           absl::string_view begin,
                                           absl::string_view end,
                                           bool reverse) const {
  return std::make_unique<RocksDbCursor>(db_, TableOf(table), damaged_,
                                         snapshot_, begin, end, reverse);
}

}  // namespace rollcall::collector
