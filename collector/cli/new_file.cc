#include "collector/cli/new_file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/file.h"

namespace rollcall::cli {
namespace {

constexpr int kOwnerOnly = 0600;

absl::Status IsThere(const std::string& path) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, " is there already; --force replaces it"));
}

}  // namespace

absl::Status CheckNoFile(const std::string& path, bool replace) {
  struct stat found;
  if (replace || lstat(path.c_str(), &found) != 0) return absl::OkStatus();
  return IsThere(path);
}

absl::Status WriteNewFile(const std::string& path, absl::string_view content,
                          bool replace) {
  if (replace) return WriteFileAtomically(path, content, kOwnerOnly);
  const std::string temporary = absl::StrCat(path, ".", getpid(), ".new");
  const absl::Status written =
      WriteFileAtomically(temporary, content, kOwnerOnly);
  if (!written.ok()) return written;
  // Unlike a rename, a link never takes the place of what is there.
  const int failed = link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  unlink(temporary.c_str());
  if (failed == 0) return absl::OkStatus();
  return failed == EEXIST ? IsThere(path)
                          : FileError(path, "cannot create", failed);
}

}  // namespace rollcall::cli
