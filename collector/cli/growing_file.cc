#include "collector/cli/growing_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "collector/cli/new_file.h"
#include "common/file.h"
#include "common/status.h"

namespace rollcall::cli {
namespace {

// No rename would replace it, and what is to be its content is not got in vain.
absl::Status CheckNoFolder(const std::string& path) {
  struct stat found;
  if (lstat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": this is a folder; name a file"));
}

}  // namespace

GrowingFile::GrowingFile(absl::string_view path, bool replace, mode_t mode)
    : path_(path),
      replace_(replace),
      mode_(mode),
      temporary_(absl::StrCat(path, ".", getpid())) {}

GrowingFile::~GrowingFile() {
  if (file_ != nullptr) fclose(file_);
  if (is_made_) unlink(temporary_.c_str());
}

absl::Status GrowingFile::Open() {
  ROLLCALL_RETURN_IF_ERROR(CheckNoFile(path_, replace_));
  ROLLCALL_RETURN_IF_ERROR(CheckNoFolder(path_));
  const int fd =
      open(temporary_.c_str(),
           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_);
  if (fd < 0 && errno == EEXIST) {
    return absl::InvalidArgumentError(absl::StrCat(
        path_, ": cannot create: ", temporary_,
        " is there, as a command that was cut short leaves it; remove it"));
  }
  if (fd < 0) return Failed("cannot create");
  is_made_ = true;
  file_ = fdopen(fd, "w");
  if (file_ != nullptr) return absl::OkStatus();
  const absl::Status failed = Failed("cannot create");
  close(fd);
  return failed;
}

absl::Status GrowingFile::Append(absl::string_view text) {
  bytes_ += text.size();
  return fwrite(text.data(), 1, text.size(), file_) == text.size()
             ? absl::OkStatus()
             : Failed("cannot write");
}

absl::Status GrowingFile::Close() {
  if (fflush(file_) != 0 || fsync(fileno(file_)) != 0) {
    return Failed("cannot write");
  }
  fclose(file_);
  file_ = nullptr;
  return absl::OkStatus();
}

absl::Status GrowingFile::TakeName() {
  // It is removed where it cannot be given the name.
  is_made_ = false;
  return PutInPlace(temporary_, path_, replace_);
}

absl::Status GrowingFile::Failed(absl::string_view what) const {
  return absl::InvalidArgumentError(FileError(path_, what, errno).message());
}

}  // namespace rollcall::cli
