#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace rollcall {
namespace {

absl::Status WriteAll(int fd, absl::string_view content,
                      absl::string_view path) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return FileError(path, "cannot write", errno);
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(fd) != 0) return FileError(path, "cannot sync", errno);
  return absl::OkStatus();
}

}  // namespace

absl::Status FileError(absl::string_view path, absl::string_view what,
                       int error_number) {
  return absl::ErrnoToStatus(error_number, absl::StrCat(path, ": ", what));
}

absl::StatusOr<std::string> ReadFile(absl::string_view path, size_t max_bytes) {
  const std::string name(path);
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return FileError(path, "cannot open", errno);
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  std::string content;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    if (count < 0) {
      if (errno == EINTR) continue;
      return FileError(path, "cannot read", errno);
    }
    if (count == 0) return content;
    content.append(buffer, static_cast<size_t>(count));
    if (content.size() > max_bytes) {
      return absl::ResourceExhaustedError(absl::StrCat(
          path, ": larger than the ", max_bytes, " bytes allowed for it"));
    }
  }
}

absl::Status WriteFileAtomically(absl::string_view path,
                                 absl::string_view content, int mode) {
  const std::string name(path);
  const std::string temporary = absl::StrCat(path, ".new");
  const int fd = open(temporary.c_str(),
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                      static_cast<mode_t>(mode));
  if (fd < 0) return FileError(temporary, "cannot create", errno);
  // What an earlier crash left there may have other permissions.
  absl::Status status = fchmod(fd, static_cast<mode_t>(mode)) == 0
                            ? WriteAll(fd, content, temporary)
                            : FileError(temporary, "cannot protect", errno);
  close(fd);
  if (status.ok() && rename(temporary.c_str(), name.c_str()) != 0) {
    status = FileError(path, "cannot replace", errno);
  }
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  SyncDirectoryOf(name);
  return absl::OkStatus();
}

void SyncDirectoryOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == absl::string_view::npos
                                    ? "."
                                    : std::string(path.substr(0, slash + 1));
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

}  // namespace rollcall
