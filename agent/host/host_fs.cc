#include "agent/host/host_fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/host/path_resolver.h"
#include "common/status.h"

namespace rollcall {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;

// Texts of our own, since those of the C library differ between systems.
absl::Status HostError(absl::string_view path, int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
    case ENXIO:
      return absl::NotFoundError(absl::StrCat(path, ": not present"));
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(
          absl::StrCat(path, ": permission denied"));
    case ELOOP:
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": a symbolic link that leads nowhere"));
    case EISDIR:
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": not a regular file"));
    default:
      return absl::UnavailableError(
          absl::StrCat(path, ": cannot be read (error ", error_number, ")"));
  }
}

absl::Status ReadFd(int fd, absl::string_view path, size_t max_bytes,
                    absl::FunctionRef<bool(absl::string_view)> consume) {
  struct stat info;
  if (fstat(fd, &info) != 0) return HostError(path, errno);
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": not a regular file"));
  }
  // Small files are the rule; a buffer for the large ones is made when needed.
  char small[4096];
  std::string large;
  char* buffer = small;
  size_t capacity = sizeof(small);
  size_t total = 0;
  while (true) {
    const ssize_t got = read(fd, buffer, capacity);
    if (got < 0) {
      if (errno == EINTR) continue;
      return HostError(path, errno);
    }
    if (got == 0) return absl::OkStatus();
    const size_t room = max_bytes - total;
    const size_t count = static_cast<size_t>(got);
    if (!consume(absl::string_view(buffer, std::min(count, room)))) {
      return absl::OkStatus();
    }
    if (count > room) {
      return absl::ResourceExhaustedError(absl::StrCat(
          path, ": larger than the ", max_bytes, " bytes allowed for it"));
    }
    total += count;
    if (large.empty() && total >= sizeof(small)) {
      large.resize(kPieceBytes);
      buffer = large.data();
      capacity = large.size();
    }
  }
}

absl::StatusOr<std::string> ReadWhole(int fd, absl::string_view path,
                                      size_t max_bytes) {
  std::string content;
  ROLLCALL_RETURN_IF_ERROR(
      ReadFd(fd, path, max_bytes, [&](absl::string_view piece) {
        content.append(piece.data(), piece.size());
        return true;
      }));
  return content;
}

absl::Time FromStatx(const struct statx_timestamp& time) {
  return absl::FromUnixSeconds(time.tv_sec) + absl::Nanoseconds(time.tv_nsec);
}

FileStat::Kind KindOf(unsigned mode) {
  if (S_ISREG(mode)) return FileStat::Kind::kRegular;
  if (S_ISDIR(mode)) return FileStat::Kind::kDirectory;
  if (S_ISLNK(mode)) return FileStat::Kind::kSymlink;
  return FileStat::Kind::kOther;
}

absl::StatusOr<FileStat> StatAt(int dir_fd, const std::string& name, int flags,
                                absl::string_view path) {
  struct statx info;
  if (statx(dir_fd, name.c_str(), flags | AT_SYMLINK_NOFOLLOW,
            STATX_BASIC_STATS | STATX_BTIME, &info) != 0) {
    return HostError(path, errno);
  }
  FileStat stat;
  stat.kind = KindOf(info.stx_mode);
  stat.size_bytes = static_cast<int64_t>(info.stx_size);
  stat.modified = FromStatx(info.stx_mtime);
  if ((info.stx_mask & STATX_BTIME) != 0 && info.stx_btime.tv_sec > 0) {
    stat.born = FromStatx(info.stx_btime);
  }
  return stat;
}

bool IsSingleComponent(absl::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         !absl::StrContains(name, '/') && !absl::StrContains(name, '\0');
}

class OpenHostDir final : public HostDir {
 public:
  OpenHostDir(UniqueFd fd, absl::string_view path)
      : fd_(std::move(fd)), path_(path) {}

  absl::StatusOr<std::string> Read(absl::string_view name,
                                   size_t max_bytes) const override {
    const std::string path = absl::StrCat(path_, "/", name);
    if (!IsSingleComponent(name)) return HostError(path, ENOENT);
    const UniqueFd fd(
        openat(fd_.get(), std::string(name).c_str(),
               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd.ok()) return HostError(path, errno);
    return ReadWhole(fd.get(), path, max_bytes);
  }

  absl::StatusOr<FileStat> Stat(absl::string_view name) const override {
    const std::string path = absl::StrCat(path_, "/", name);
    if (!IsSingleComponent(name)) return HostError(path, ENOENT);
    return StatAt(fd_.get(), std::string(name), 0, path);
  }

 private:
  const UniqueFd fd_;
  const std::string path_;
};

class RootedHostFs final : public HostFs {
 public:
  RootedHostFs(UniqueFd root, bool is_live)
      : root_(std::move(root)), is_live_(is_live) {}

  bool is_live() const override { return is_live_; }

  absl::StatusOr<std::string> Read(absl::string_view path,
                                   size_t max_bytes) const override {
    const UniqueFd fd = Open(path, O_RDONLY);
    if (!fd.ok()) return HostError(path, errno);
    return ReadWhole(fd.get(), path, max_bytes);
  }

  absl::Status ReadPieces(
      absl::string_view path, size_t max_bytes,
      absl::FunctionRef<bool(absl::string_view)> consume) const override {
    const UniqueFd fd = Open(path, O_RDONLY);
    if (!fd.ok()) return HostError(path, errno);
    return ReadFd(fd.get(), path, max_bytes, consume);
  }

  absl::StatusOr<std::vector<std::string>> List(
      absl::string_view path, size_t max_entries) const override;

  absl::StatusOr<std::string> ReadLink(absl::string_view path) const override {
    const UniqueFd fd = Open(path, O_PATH | O_NOFOLLOW);
    if (!fd.ok()) return HostError(path, errno);
    char target[PATH_MAX];
    const ssize_t size = readlinkat(fd.get(), "", target, sizeof(target));
    if (size < 0) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": not a symbolic link"));
    }
    return std::string(target, static_cast<size_t>(size));
  }

  absl::StatusOr<FileStat> Stat(absl::string_view path) const override {
    const UniqueFd fd = Open(path, O_PATH);
    if (!fd.ok()) return HostError(path, errno);
    return StatAt(fd.get(), "", AT_EMPTY_PATH, path);
  }

  absl::StatusOr<std::unique_ptr<HostDir>> OpenDir(
      absl::string_view path) const override {
    UniqueFd fd = Open(path, O_PATH | O_DIRECTORY);
    if (!fd.ok()) return HostError(path, errno);
    return std::make_unique<OpenHostDir>(std::move(fd), path);
  }

 private:
  UniqueFd Open(absl::string_view path, int flags) const {
    // openat2 refuses O_PATH together with flags that have no meaning for it.
    if ((flags & O_PATH) == 0) flags |= O_NONBLOCK | O_NOCTTY;
    return OpenInRoot(root_.get(), path, flags | O_CLOEXEC);
  }

  const UniqueFd root_;
  const bool is_live_;
};

absl::StatusOr<std::vector<std::string>> RootedHostFs::List(
    absl::string_view path, size_t max_entries) const {
  const UniqueFd fd = Open(path, O_RDONLY | O_DIRECTORY);
  if (!fd.ok()) return HostError(path, errno);
  DIR* dir = fdopendir(dup(fd.get()));
  if (dir == nullptr) return HostError(path, errno);
  const auto closer = absl::MakeCleanup([dir] { closedir(dir); });
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(dir)) {
    const absl::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == max_entries) {
      return absl::ResourceExhaustedError(absl::StrCat(
          path, ": more than the ", max_entries, " entries allowed for it"));
    }
    names.emplace_back(name);
  }
  if (errno != 0) return HostError(path, errno);
  std::sort(names.begin(), names.end());
  return names;
}

// Whether the two are one directory on one file system.
bool IsSameDirectory(int fd, const char* path) {
  struct stat a;
  struct stat b;
  return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HostFs>> HostFs::Create(absl::string_view root) {
  UniqueFd fd(
      open(std::string(root).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) {
    if (errno == ENOTDIR) {
      return absl::FailedPreconditionError(
          absl::StrCat(root, ": not a directory"));
    }
    return HostError(root, errno);
  }
  const bool is_live = IsSameDirectory(fd.get(), "/");
  return std::make_unique<RootedHostFs>(std::move(fd), is_live);
}

}  // namespace rollcall
