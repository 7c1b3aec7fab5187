#include "collector/storage/rocksdb_tables.h"

#include <algorithm>
#include <map>

#include "collector/storage/schema.h"

namespace rollcall::collector {
namespace {

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

// Of those names the tables that this build has, and "default".
std::vector<rocksdb::ColumnFamilyDescriptor> Known(
    const std::vector<std::string>& names,
    const rocksdb::ColumnFamilyOptions& options) {
  std::vector<rocksdb::ColumnFamilyDescriptor> known;
  for (const std::string& name : names) {
    const bool is_table =
        std::any_of(AllTables().begin(), AllTables().end(),
                    [&](const TableSpec& table) { return table.name == name; });
    if (is_table || name == rocksdb::kDefaultColumnFamilyName) {
      known.emplace_back(name, options);
    }
  }
  return known;
}

std::vector<std::string> Lacking(
    const std::map<std::string, ColumnFamilyHandle*>& tables) {
  std::vector<std::string> names;
  for (const TableSpec& table : AllTables()) {
    const std::string name(table.name);
    if (!tables.contains(name)) names.push_back(name);
  }
  return names;
}

}  // namespace

rocksdb::Status OpenTables(const rocksdb::DBOptions& options,
                           const rocksdb::ColumnFamilyOptions& table_options,
                           const std::string& path, rocksdb::DB** db,
                           std::vector<ColumnFamilyHandle*>* tables) {
  const auto known = Known(TablesOf(options, path), table_options);
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::Status status =
      rocksdb::DB::Open(options, path, known, &handles, db);
  if (!status.ok()) return status;
  std::map<std::string, ColumnFamilyHandle*> by_name;
  for (ColumnFamilyHandle* handle : handles) {
    by_name[handle->GetName()] = handle;
  }
  const std::vector<std::string> lacking = Lacking(by_name);
  if (!lacking.empty()) {
    status = (*db)->CreateColumnFamilies(table_options, lacking, &handles);
    for (ColumnFamilyHandle* handle : handles) {
      by_name[handle->GetName()] = handle;
    }
  }
  if (!status.ok()) {
    for (const auto& [name, handle] : by_name) {
      (*db)->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
    delete *db;
    *db = nullptr;
    return status;
  }
  for (const TableSpec& table : AllTables()) {
    tables->push_back(by_name.at(std::string(table.name)));
  }
  tables->push_back(by_name.at(rocksdb::kDefaultColumnFamilyName));
  return status;
}

}  // namespace rollcall::collector
