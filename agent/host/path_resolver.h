// Opening paths so that symbolic links cannot lead out of a root.
#pragma once

#include <utility>

#include "absl/strings/string_view.h"

namespace rollcall {

// Owns a file descriptor. Not thread-safe.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd();

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Opens `path` under the directory `root_fd` with open(2) `flags`; with
// O_NOFOLLOW the last component is not followed. Not open, with errno set, on
// failure. Uses openat2(2) where the kernel has it, else OpenByWalking.
UniqueFd OpenInRoot(int root_fd, absl::string_view path, int flags);

// The same by opening one component after the other and following symbolic
// links itself. Never leaves the root, also if the tree changes meanwhile.
UniqueFd OpenByWalking(int root_fd, absl::string_view path, int flags);

}  // namespace rollcall
