// File descriptors that are closed when nobody holds them any more.
#pragma once

#include <errno.h>
#include <unistd.h>

#include <utility>

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
  // Leaves errno as it is.
  ~UniqueFd() {
    if (fd_ < 0) return;
    const int saved = errno;
    close(fd_);
    errno = saved;
  }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  // The caller's to close from now on.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

}  // namespace rollcall
