#include "tests/faults/unsynced_disk.h"

#include <filesystem>
#include <utility>

namespace rollcall::testing {

namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// A file that is written through the disk, one operation after another with
// all others.
class UnsyncedDisk::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile> file, Mutex& mutex,
       std::shared_ptr<uint64_t> synced)
      : FSWritableFileOwnerWrapper(std::move(file)),
        mutex_(mutex),
        synced_(std::move(synced)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    MutexLock lock(&mutex_);
    size_ += data.size();
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& /*checksum*/,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    MutexLock lock(&mutex_);
    *synced_ = size_;
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    MutexLock lock(&mutex_);
    *synced_ = size_;
    return FSWritableFileOwnerWrapper::Fsync(options, debug);
  }

 private:
  Mutex& mutex_;
  uint64_t size_ = 0;
  const std::shared_ptr<uint64_t> synced_;
};

UnsyncedDisk::UnsyncedDisk()
    : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

IOStatus UnsyncedDisk::NewWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  MutexLock lock(&mutex_);
  std::unique_ptr<rocksdb::FSWritableFile> own;
  IOStatus status =
      FileSystemWrapper::NewWritableFile(path, options, &own, debug);
  if (!status.ok()) return status;
  const auto synced = synced_[path] = std::make_shared<uint64_t>(0);
  *file = std::make_unique<File>(std::move(own), mutex_, synced);
  return status;
}

IOStatus UnsyncedDisk::RenameFile(const std::string& from,
                                  const std::string& to,
                                  const IOOptions& options,
                                  IODebugContext* debug) {
  MutexLock lock(&mutex_);
  IOStatus status = FileSystemWrapper::RenameFile(from, to, options, debug);
  if (status.ok()) {
    auto moved = synced_.extract(from);
    synced_.erase(to);
    if (!moved.empty()) synced_[to] = std::move(moved.mapped());
  }
  return status;
}

IOStatus UnsyncedDisk::DeleteFile(const std::string& path,
                                  const IOOptions& options,
                                  IODebugContext* debug) {
  MutexLock lock(&mutex_);
  synced_.erase(path);
  return FileSystemWrapper::DeleteFile(path, options, debug);
}

void UnsyncedDisk::CopyAfterPowerLoss(const std::string& folder,
                                      const std::string& to, Random& random) {
  MutexLock lock(&mutex_);
  fs::create_directory(to);
  for (const auto& file : fs::directory_iterator(folder)) {
    const fs::path copy = fs::path(to) / file.path().filename();
    fs::copy_file(file.path(), copy);
    const auto known = synced_.find(file.path().string());
    if (known == synced_.end()) continue;
    const uint64_t synced = *known->second;
    const uint64_t size = fs::file_size(copy);
    if (size > synced) {
      fs::resize_file(copy, synced + random.Next64() % (size - synced + 1));
    }
  }
}

}  // namespace rollcall::testing
