#include "tests/faults/slow_disk.h"

#include <utility>

#include "absl/time/clock.h"

namespace rollcall::testing {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class SlowDisk::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile> file, SlowDisk& disk)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk) {}

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    disk_.Wait();
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    disk_.Wait();
    return FSWritableFileOwnerWrapper::Fsync(options, debug);
  }

 private:
  SlowDisk& disk_;
};

void SlowDisk::SlowDown(absl::Duration by) {
  MutexLock lock(&mutex_);
  by_ = by;
}

void SlowDisk::Hold() {
  MutexLock lock(&mutex_);
  held_ = true;
}

void SlowDisk::Release() {
  MutexLock lock(&mutex_);
  held_ = false;
  changed_.SignalAll();
}

void SlowDisk::AwaitHeld() {
  MutexLock lock(&mutex_);
  while (waiting_ == 0) changed_.Wait(&mutex_);
}

void SlowDisk::Wait() {
  MutexLock lock(&mutex_);
  ++waiting_;
  changed_.SignalAll();
  const absl::Time end = absl::Now() + by_;
  while (held_) changed_.Wait(&mutex_);
  while (absl::Now() < end) changed_.WaitFor(&mutex_, end - absl::Now());
  --waiting_;
}

IOStatus SlowDisk::NewWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> own;
  IOStatus status =
      FileSystemWrapper::NewWritableFile(path, options, &own, debug);
  if (status.ok()) *file = std::make_unique<File>(std::move(own), *this);
  return status;
}

}  // namespace rollcall::testing
