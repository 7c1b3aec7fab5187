// Whole files of bounded size, read and written safely.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall {

// The file's content. NOT_FOUND, PERMISSION_DENIED, or RESOURCE_EXHAUSTED if it
// has more than `max_bytes`; every message names the path. Blocking.
absl::StatusOr<std::string> ReadFile(absl::string_view path, size_t max_bytes);

// Replaces the file in one step: readers see the old content or the new, also
// after a crash. `mode` holds the permission bits, exactly. On an error the old
// content stays. Blocking; syncs to disk.
absl::Status WriteFileAtomically(absl::string_view path,
                                 absl::string_view content, int mode);

// Makes a rename in the directory of `path` durable, as far as its file system
// can. Blocking.
void SyncDirectoryOf(absl::string_view path);

// The error for a failed call on `path`: code from `error_number`.
absl::Status FileError(absl::string_view path, absl::string_view what,
                       int error_number);

}  // namespace rollcall
