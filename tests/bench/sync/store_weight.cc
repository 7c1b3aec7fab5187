#include "tests/bench/sync/store_weight.h"

#include <dirent.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>
#include <sys/stat.h>

#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace rollcall::bench {

absl::Status CompactStore(const std::string& path) {
  rocksdb::ConfigOptions config;
  rocksdb::DBOptions options;
  std::vector<rocksdb::ColumnFamilyDescriptor> tables;
  rocksdb::Status status =
      rocksdb::LoadLatestOptions(config, path, &options, &tables);
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  if (status.ok()) {
    status = rocksdb::DB::Open(options, path, tables, &handles, &opened);
  }
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (rocksdb::ColumnFamilyHandle* table : handles) {
    if (status.ok()) status = db->Flush({}, table);
    if (status.ok()) status = db->CompactRange(all, table, nullptr, nullptr);
  }
  for (rocksdb::ColumnFamilyHandle* table : handles) {
    db->DestroyColumnFamilyHandle(table);
  }
  return status.ok() ? absl::OkStatus()
                     : absl::InternalError(status.ToString());
}

double BytesInStore(const std::string& path) {
  double bytes = 0;
  DIR* const folder = opendir(path.c_str());
  for (const dirent* entry = folder == nullptr ? nullptr : readdir(folder);
       entry != nullptr; entry = readdir(folder)) {
    const absl::string_view name = entry->d_name;
    struct stat status = {};
    if (absl::StartsWith(name, "LOG") || absl::StartsWith(name, ".")) continue;
    if (stat(absl::StrCat(path, "/", name).c_str(), &status) == 0) {
      bytes += static_cast<double>(status.st_size);
    }
  }
  if (folder != nullptr) closedir(folder);
  return bytes;
}

}  // namespace rollcall::bench
