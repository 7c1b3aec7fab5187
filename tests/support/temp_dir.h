#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rollcall::testing {

// A folder of the test's own, removed with all it holds at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  // The path of `name` within.
  std::string File(absl::string_view name) const;
  // Writes a file within, making the folders on the way; returns its path.
  std::string Write(absl::string_view name, absl::string_view content) const;

 private:
  std::string path_;
};

}  // namespace rollcall::testing
