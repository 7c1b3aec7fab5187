// Reads that wait for no disk.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rollcall::collector {

// While one lives, what its thread reads of a store comes from memory alone:
// where memory does not have it, the read fails, and IsNotInMemory says so of
// its status. For a thread that must not wait, to try whether it need not. They
// nest.
class MemoryReads {
 public:
  MemoryReads();
  ~MemoryReads();
  MemoryReads(const MemoryReads&) = delete;
  MemoryReads& operator=(const MemoryReads&) = delete;

  // Whether the calling thread has one.
  static bool Apply();
};

// UNAVAILABLE: the disk would be needed for `what`.
absl::Status NotInMemoryError(absl::string_view what);
bool IsNotInMemory(const absl::Status& status);

}  // namespace rollcall::collector
