// The host's files, read within bounds under an injected root, so that the
// agent can inventory "/", a mounted image or a test's folder alike.
//
// Paths are absolute within the root ("/proc/cpuinfo"). Symbolic links never
// lead out of the root: an absolute target starts again at the root, and ".."
// stops there. Only regular files are read, so that a FIFO or a device in the
// place of a file cannot block the agent.
//
// Errors, all naming the path within the root and stable from scan to scan:
// NOT_FOUND (nothing there), PERMISSION_DENIED, RESOURCE_EXHAUSTED (over the
// bound), FAILED_PRECONDITION (not a regular file or directory, or a cycle of
// links), UNAVAILABLE (the kernel could not read it).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rollcall {

// What stat tells of a file.
struct FileStat {
  enum class Kind { kRegular, kDirectory, kSymlink, kOther };
  Kind kind = Kind::kOther;
  int64_t size_bytes = 0;
  absl::Time modified;
  // When the file came to be; absent where the file system does not know.
  std::optional<absl::Time> born;
};

// An open directory, for reading many small files in it. Names are single path
// components; symbolic links are not followed. Thread-compatible.
class HostDir {
 public:
  virtual ~HostDir() = default;
  virtual absl::StatusOr<std::string> Read(absl::string_view name,
                                           size_t max_bytes) const = 0;
  virtual absl::StatusOr<FileStat> Stat(absl::string_view name) const = 0;
};

// Thread-safe.
class HostFs {
 public:
  // Opens `root`. NOT_FOUND, PERMISSION_DENIED or FAILED_PRECONDITION where it
  // is no directory that can be entered.
  static absl::StatusOr<std::unique_ptr<HostFs>> Create(absl::string_view root);

  virtual ~HostFs() = default;

  // Whether the root is this machine's own "/", so that system calls about the
  // machine describe what is read here.
  virtual bool is_live() const = 0;

  // The whole file.
  virtual absl::StatusOr<std::string> Read(absl::string_view path,
                                           size_t max_bytes) const = 0;

  // Hands the file to `consume` in pieces, in order, until it returns false.
  // RESOURCE_EXHAUSTED after `max_bytes`, once they have been handed over.
  virtual absl::Status ReadPieces(
      absl::string_view path, size_t max_bytes,
      absl::FunctionRef<bool(absl::string_view)> consume) const = 0;

  // The names in a directory, without "." and "..", sorted.
  // RESOURCE_EXHAUSTED if there are more than `max_entries`.
  virtual absl::StatusOr<std::vector<std::string>> List(
      absl::string_view path, size_t max_entries) const = 0;

  // The target of the symbolic link at `path`, as it is written.
  virtual absl::StatusOr<std::string> ReadLink(
      absl::string_view path) const = 0;

  // Follows symbolic links.
  virtual absl::StatusOr<FileStat> Stat(absl::string_view path) const = 0;

  virtual absl::StatusOr<std::unique_ptr<HostDir>> OpenDir(
      absl::string_view path) const = 0;

  bool Exists(absl::string_view path) const { return Stat(path).ok(); }
};

}  // namespace rollcall
