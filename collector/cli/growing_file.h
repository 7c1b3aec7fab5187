// A file that is written part by part and gets its name only once it is whole.
// Every error is INVALID_ARGUMENT and names the path that was asked for.
#pragma once

#include <stdio.h>
#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rollcall::cli {

// Not thread-safe.
class GrowingFile {
 public:
  // Has the permissions of `mode`, but those that the umask takes. What is at
  // `path` stays until TakeName(), and there is an error unless `replace`.
  GrowingFile(absl::string_view path, bool replace, mode_t mode);
  // Removes what has not got its name.
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  // Makes it beside the path, in place of nothing that is there.
  absl::Status Open();
  // REQUIRES: it is open.
  absl::Status Append(absl::string_view text);
  // Ends it. REQUIRES: it is open. Blocking; syncs to disk.
  absl::Status Close();
  // Gives it its name. REQUIRES: it is closed. Blocking; syncs to disk.
  absl::Status TakeName();

  size_t bytes() const { return bytes_; }

 private:
  absl::Status Failed(absl::string_view what) const;

  const std::string path_;
  const bool replace_;
  const mode_t mode_;
  const std::string temporary_;
  FILE* file_ = nullptr;
  // Whether `temporary_` is ours.
  bool is_made_ = false;
  size_t bytes_ = 0;
};

}  // namespace rollcall::cli
