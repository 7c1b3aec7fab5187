#include "collector/storage/rocksdb_damage.h"

#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/storage/log_extent.h"

namespace rollcall::collector {
namespace {

// A MANIFEST is a log as well.
bool IsLog(const std::string& file) {
  return absl::EndsWith(file, ".log") || absl::StartsWith(file, "MANIFEST-");
}

// Whether a record does not match its checksum.
bool IsDamagedLog(const std::string& path) {
  const auto all = ReadLogExtent(path);
  const auto matching = ReadLogExtent(path, LogChecksums::kVerified);
  return all.ok() && matching.ok() && matching->bytes < all->bytes;
}

bool IsDamagedTable(const std::string& path) {
  return rocksdb::SstFileReader(rocksdb::Options()).Open(path).IsCorruption();
}

// Sorted by name.
std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> files;
  rocksdb::Env::Default()->GetChildren(folder, &files).PermitUncheckedError();
  std::sort(files.begin(), files.end());
  return files;
}

std::string DamagedTableOf(const std::string& folder,
                           const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    const std::string path = absl::StrCat(folder, "/", file);
    if (absl::EndsWith(file, ".sst") && IsDamagedTable(path)) return path;
  }
  return "";
}

}  // namespace

std::string DamagedFile(const std::string& folder) {
  const std::vector<std::string> files = FilesIn(folder);
  for (const std::string& file : files) {
    const std::string path = absl::StrCat(folder, "/", file);
    if (IsLog(file) && IsDamagedLog(path)) return path;
  }
  return DamagedTableOf(folder, files);
}

std::string DamagedTable::Find() const {
  const MutexLock lock(&mutex_);
  if (found_.empty()) found_ = DamagedTableOf(folder_, FilesIn(folder_));
  return found_;
}

}  // namespace rollcall::collector
