// A host file by lines, without holding it as a whole.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/host/host_fs.h"

namespace rollcall {

struct LineLimits {
  // Of the file, in bytes.
  size_t max_bytes = 64 << 20;
  // Of one line, in bytes. The rest of a longer one is dropped.
  size_t max_line_bytes = 64 << 10;
};

// One line, without its newline.
struct Line {
  absl::string_view text;
  // Whether the line was longer than allowed; `text` is its beginning.
  bool cut = false;
  // Whether a newline ended it; only the last line can lack it.
  bool complete = true;
};

// Calls `consume` for each line of the file. The errors are those of
// HostFs::ReadPieces; lines before the error have been consumed.
absl::Status ForEachLine(const HostFs& fs, absl::string_view path,
                         const LineLimits& limits,
                         absl::FunctionRef<void(const Line&)> consume);

// Cuts text that comes in pieces into lines. Not thread-safe.
class LineSplitter {
 public:
  LineSplitter(size_t max_line_bytes,
               absl::FunctionRef<void(const Line&)> consume)
      : max_line_bytes_(max_line_bytes), consume_(consume) {}

  void Add(absl::string_view piece);
  // Consumes what follows the last newline, if anything.
  void Finish();

 private:
  void Append(absl::string_view part);

  const size_t max_line_bytes_;
  const absl::FunctionRef<void(const Line&)> consume_;
  // The start of a line that an earlier piece began.
  std::string pending_;
  bool cut_ = false;
};

}  // namespace rollcall
