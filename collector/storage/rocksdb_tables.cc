#include "collector/storage/rocksdb_tables.h"

#include <rocksdb/wal_filter.h>

#include <algorithm>
#include <map>
#include <memory>

#include "collector/storage/rocksdb_settings.h"
#include "collector/storage/schema.h"

namespace rollcall::collector {
namespace {

using rocksdb::ColumnFamilyDescriptor;
using rocksdb::ColumnFamilyHandle;

// The tables that the store has; of a new or unreadable one only "default":
// opening it then says which.
std::vector<std::string> TablesOf(const rocksdb::DBOptions& options,
                                  const std::string& path) {
  std::vector<std::string> names;
  const rocksdb::Status listed =
      rocksdb::DB::ListColumnFamilies(options, path, &names);
  if (!listed.ok()) return {rocksdb::kDefaultColumnFamilyName};
  return names;
}

// The tables that this build has, and "default", which stays empty.
std::vector<ColumnFamilyDescriptor> AllDescriptors(
    const rocksdb::ColumnFamilyOptions& options) {
  std::vector<ColumnFamilyDescriptor> all;
  for (const TableSpec& table : AllTables()) {
    all.emplace_back(std::string(table.name), ForTable(options, table));
  }
  all.emplace_back(rocksdb::kDefaultColumnFamilyName, options);
  return all;
}

// Reads no log beyond its first record.
class NoLogs final : public rocksdb::WalFilter {
 public:
  const char* Name() const override { return "rollcall.NoLogs"; }
  WalProcessingOption LogRecord(const rocksdb::WriteBatch& /*batch*/,
                                rocksdb::WriteBatch* /*new_batch*/,
                                bool* /*batch_changed*/) const override {
    return WalProcessingOption::kStopReplay;
  }
};

}  // namespace

rocksdb::Status OpenTables(const rocksdb::DBOptions& options,
                           const rocksdb::ColumnFamilyOptions& table_options,
                           const std::string& path, rocksdb::DB** db,
                           std::vector<ColumnFamilyHandle*>* tables) {
  const std::vector<std::string> names = TablesOf(options, path);
  std::vector<ColumnFamilyDescriptor> all = AllDescriptors(table_options);
  const auto lacking =
      std::partition(all.begin(), all.end(), [&](const auto& table) {
        return std::find(names.begin(), names.end(), table.name) != names.end();
      });
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::Status status =
      rocksdb::DB::Open(options, path, {all.begin(), lacking}, &handles, db);
  if (!status.ok()) return status;
  std::vector<ColumnFamilyHandle*> made;
  status = (*db)->CreateColumnFamilies({lacking, all.end()}, &made);
  handles.insert(handles.end(), made.begin(), made.end());
  if (!status.ok()) {
    for (ColumnFamilyHandle* handle : handles) {
      (*db)->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
    delete *db;
    *db = nullptr;
    return status;
  }
  std::map<std::string, ColumnFamilyHandle*> by_name;
  for (ColumnFamilyHandle* handle : handles) {
    by_name[handle->GetName()] = handle;
  }
  for (const auto& table : AllDescriptors(table_options)) {
    tables->push_back(by_name.at(table.name));
  }
  return status;
}

rocksdb::Status FindFirstLogNeeded(rocksdb::DBOptions options,
                                   const std::string& path, uint64_t* number) {
  NoLogs no_logs;
  options.wal_filter = &no_logs;
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
      options, path, {{rocksdb::kDefaultColumnFamilyName, {}}}, &handles,
      &opened);
  if (!status.ok()) return status;
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (ColumnFamilyHandle* handle : handles) {
    db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  if (!db->GetIntProperty(rocksdb::DB::Properties::kMinLogNumberToKeep,
                          number)) {
    return rocksdb::Status::NotSupported(
        "RocksDB does not say which logs it needs");
  }
  return status;
}

}  // namespace rollcall::collector
