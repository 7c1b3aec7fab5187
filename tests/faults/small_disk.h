// A disk that can be filled: a file system in memory that only this process and
// its children see.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rollcall::testing {

// Gives the process mounts of its own, where the kernel permits that to anybody
// (user namespaces) or the process may mount. REQUIRES: there is one thread.
absl::Status EnterOwnMounts();

// Gone with all that it holds when this goes. Not thread-safe.
class SmallDisk {
 public:
  // Mounts one of so many bytes at `folder`, which is made. REQUIRES:
  // EnterOwnMounts succeeded.
  static absl::StatusOr<std::unique_ptr<SmallDisk>> Mount(
      const std::string& folder, uint64_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Takes all of it but `leave` bytes, or what is free if that is less.
  void Fill(uint64_t leave);
  // Gives that back.
  void Release();

  uint64_t FreeBytes() const;

 private:
  explicit SmallDisk(std::string folder) : folder_(std::move(folder)) {}
  std::string ballast() const { return folder_ + "/ballast"; }

  const std::string folder_;
};

}  // namespace rollcall::testing
