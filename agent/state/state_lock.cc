#include "agent/state/state_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/file.h"
#include "common/log.h"

namespace rollcall::agent {
namespace {

constexpr char kLockFileName[] = "lock";

bool IsReadOnly(const std::string& folder) {
  return faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) != 0 &&
         (errno == EACCES || errno == EROFS);
}

// Who has the lock, as far as the file says.
absl::Status InUse(int fd, const std::string& folder) {
  char buffer[32];
  const ssize_t count = pread(fd, buffer, sizeof(buffer), 0);
  int pid = 0;
  const bool known =
      count > 0 &&
      absl::SimpleAtoi(absl::string_view(buffer, static_cast<size_t>(count)),
                       &pid) &&
      pid > 0;
  return absl::FailedPreconditionError(absl::StrCat(
      "another agent", known ? absl::StrCat(" (pid ", pid, ")") : "", " uses ",
      folder, "; stop it, or give this one a folder of its own with --state"));
}

// For those who find the folder locked. Without it they are told less.
void SayWho(int fd) {
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    Log(LogLevel::kDebug, "the process id is not in the lock file");
  }
}

}  // namespace

absl::StatusOr<StateLock> StateLock::Take(const std::string& folder) {
  if (folder.empty()) return StateLock(UniqueFd());
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return FileError(folder, "cannot make the state folder", errno);
  }
  const std::string path = absl::StrCat(folder, "/", kLockFileName);
  constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY;
  UniqueFd file(open(path.c_str(), kFlags, 0600));
  if (!file.ok()) {
    const absl::Status failed = FileError(path, "cannot open the lock", errno);
    if (!IsReadOnly(folder)) return failed;
    Log(LogLevel::kWarning,
        "the state folder is read-only and cannot be locked; nothing keeps "
        "another agent off it",
        {{"folder", folder}});
    return StateLock(UniqueFd());
  }
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return InUse(file.get(), folder);
    return FileError(path, "cannot lock", errno);
  }
  SayWho(file.get());
  return StateLock(std::move(file));
}

}  // namespace rollcall::agent
