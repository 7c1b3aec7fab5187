// A disk that takes its time to sync.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/sync.h"

namespace rollcall::testing {

// The machine's own files, but for how long a sync takes. Thread-safe.
class SlowDisk final : public rocksdb::FileSystemWrapper {
 public:
  SlowDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "SlowDisk"; }

  // Each sync from now on takes so much longer than it would.
  void SlowDown(absl::Duration by);
  // No sync ends, until Release.
  void Hold();
  void Release();
  // Returns once a sync waits for Release.
  void AwaitHeld();

  rocksdb::IOStatus NewWritableFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* file,
      rocksdb::IODebugContext* debug) override;

 private:
  class File;
  void Wait();

  Mutex mutex_;
  CondVar changed_;
  absl::Duration by_ ABSL_GUARDED_BY(mutex_);
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rollcall::testing
