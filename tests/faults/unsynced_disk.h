// A disk that knows what a loss of power would take: all that was written and
// not synced, as far as it likes.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "common/sync.h"
#include "tests/support/fake_random.h"

namespace rollcall::testing {

// The machine's own files, with a note of how much of each was synced. That
// names of files are synced with what is in them is taken for granted.
// Thread-safe.
class UnsyncedDisk final : public rocksdb::FileSystemWrapper {
 public:
  UnsyncedDisk();

  const char* Name() const override { return "UnsyncedDisk"; }

  // Copies the files of `folder` as they may be found after the power was lost
  // now: of each what was synced, and a random part of what was not. Files that
  // were not written through this are copied whole.
  void CopyAfterPowerLoss(const std::string& folder, const std::string& to,
                          Random& random);

  rocksdb::IOStatus NewWritableFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* file,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  class File;

  Mutex mutex_;
  // Bytes of each file that were synced, shared with who writes it.
  std::map<std::string, std::shared_ptr<uint64_t>> synced_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::testing
