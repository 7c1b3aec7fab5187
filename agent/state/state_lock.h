// Keeps a second agent off a state folder.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/unique_fd.h"

namespace rollcall::agent {

// A lock on the file `lock` of a state folder, which holds the process id of
// who has it. The system lets it go with the process, however that ends.
// Thread-compatible.
class StateLock {
 public:
  // Locks the folder, which is made if it is missing; empty: nothing is kept,
  // and nothing to lock. FAILED_PRECONDITION if another agent has it, in this
  // process or another; other errors name the file. In a folder that nothing
  // can be written to there is no lock, which is logged. Does not wait.
  static absl::StatusOr<StateLock> Take(const std::string& folder);

 private:
  explicit StateLock(UniqueFd file) : file_(std::move(file)) {}

  UniqueFd file_;
};

}  // namespace rollcall::agent
