#include "collector/storage/disk_reserve.h"

#include <sys/statvfs.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rollcall::collector {
namespace {
constexpr uint64_t kLeastShare = 10;
}  // namespace

absl::Status DiskReserve::Check() const {
  struct statvfs disk = {};
  if (bytes_ == 0 || statvfs(folder_.c_str(), &disk) != 0) {
    return absl::OkStatus();
  }
  const uint64_t size = uint64_t{disk.f_blocks} * disk.f_frsize;
  const uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
  const uint64_t kept = std::min(bytes_, size / kLeastShare);
  if (free >= kept) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the disk of ", folder_, " is full: ", free,
                   " bytes are free, and nothing is written below ", kept,
                   "; make room, and it goes on by itself"));
}

}  // namespace rollcall::collector
