// Keeps a part of the disk free: what the store needs to write out what it
// holds in memory, and to recover, must not be used up by new changes.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace rollcall::collector {

// Thread-safe.
class DiskReserve {
 public:
  // Of the file system that `folder` is in, `bytes` are kept free, or a tenth
  // of it if that is less; 0: nothing is.
  DiskReserve(std::string folder, uint64_t bytes)
      : folder_(std::move(folder)), bytes_(bytes) {}

  // UNAVAILABLE while less is free. OK where the file system does not say.
  // Costs one system call.
  absl::Status Check() const;

 private:
  const std::string folder_;
  const uint64_t bytes_;
};

}  // namespace rollcall::collector
