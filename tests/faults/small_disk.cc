#include "tests/faults/small_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/file.h"

namespace rollcall::testing {
namespace {

constexpr off_t kPageBytes = 4096;

// Makes the caller root of its new user namespace, which may mount.
void MapToRoot(uid_t user, gid_t group) {
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << absl::StrCat("0 ", user, " 1");
  std::ofstream("/proc/self/gid_map") << absl::StrCat("0 ", group, " 1");
}

}  // namespace

absl::Status EnterOwnMounts() {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(CLONE_NEWNS) != 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
      return absl::ErrnoToStatus(errno, "no mounts of its own");
    }
    MapToRoot(user, group);
  }
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return absl::ErrnoToStatus(errno, "cannot keep mounts to itself");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SmallDisk>> SmallDisk::Mount(
    const std::string& folder, uint64_t bytes) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return FileError(folder, "cannot make", errno);
  }
  const std::string size = absl::StrCat("size=", bytes);
  if (mount("tmpfs", folder.c_str(), "tmpfs", 0, size.c_str()) != 0) {
    return FileError(folder, "cannot mount", errno);
  }
  return std::unique_ptr<SmallDisk>(new SmallDisk(folder));
}

SmallDisk::~SmallDisk() { umount2(folder_.c_str(), MNT_DETACH); }

void SmallDisk::Fill(uint64_t leave) {
  const int fd = open(ballast().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  off_t size = lseek(fd, 0, SEEK_END);
  // At once, then by pages where others write meanwhile.
  const uint64_t free = FreeBytes();
  if (free > leave) {
    const auto more = static_cast<off_t>(free - leave);
    if (posix_fallocate(fd, size, more) == 0) size += more;
  }
  while (FreeBytes() > leave && posix_fallocate(fd, size, kPageBytes) == 0) {
    size += kPageBytes;
  }
  close(fd);
}

void SmallDisk::Release() { unlink(ballast().c_str()); }

uint64_t SmallDisk::FreeBytes() const {
  struct statvfs disk = {};
  statvfs(folder_.c_str(), &disk);
  return uint64_t{disk.f_bavail} * disk.f_frsize;
}

}  // namespace rollcall::testing
