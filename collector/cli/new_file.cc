#include "collector/cli/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/file.h"

namespace rollcall::cli {
namespace {

absl::Status IsThere(const std::string& path) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, " is there already; --force replaces it"));
}

// Renames without taking the place of what is there: 0 or an errno.
int RenameToNew(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(),
                RENAME_NOREPLACE) == 0) {
    return 0;
  }
  // Not every file system has that; those that lack it have links.
  if (errno != EINVAL) return errno;
  return link(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

// An error of writing `temporary`, as one of `path`.
absl::Status AsOf(const std::string& path, const std::string& temporary,
                  const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrReplaceAll(
      status.message(),
      {{absl::StrCat(temporary, ".new"), path}, {temporary, path}}));
}

}  // namespace

absl::Status CheckNoFile(const std::string& path, bool replace) {
  struct stat found;
  if (replace || lstat(path.c_str(), &found) != 0) return absl::OkStatus();
  return IsThere(path);
}

absl::Status PutInPlace(const std::string& temporary, const std::string& path,
                        bool replace) {
  const int failed = !replace ? RenameToNew(temporary, path)
                     : rename(temporary.c_str(), path.c_str()) == 0 ? 0
                                                                    : errno;
  unlink(temporary.c_str());
  if (failed == 0) {
    SyncDirectoryOf(path);
    return absl::OkStatus();
  }
  if (!replace && failed == EEXIST) return IsThere(path);
  return absl::InvalidArgumentError(
      FileError(path, "cannot create", failed).message());
}

absl::Status WriteNewFile(const std::string& path, absl::string_view content,
                          bool replace, int mode) {
  const std::string temporary = absl::StrCat(path, ".", getpid());
  const absl::Status written = WriteFileAtomically(temporary, content, mode);
  if (!written.ok()) return AsOf(path, temporary, written);
  return PutInPlace(temporary, path, replace);
}

}  // namespace rollcall::cli
