// Opening paths so that symbolic links cannot lead out of a root.
#pragma once

#include "absl/strings/string_view.h"
#include "common/unique_fd.h"

namespace rollcall {

// Opens `path` under the directory `root_fd` with open(2) `flags`; with
// O_NOFOLLOW the last component is not followed. Not open, with errno set, on
// failure. Uses openat2(2) where the kernel has it, else OpenByWalking.
UniqueFd OpenInRoot(int root_fd, absl::string_view path, int flags);

// The same by opening one component after the other and following symbolic
// links itself. Never leaves the root, also if the tree changes meanwhile.
UniqueFd OpenByWalking(int root_fd, absl::string_view path, int flags);

}  // namespace rollcall
