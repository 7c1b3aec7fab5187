// A line that shows that something is still going on.
#pragma once

#include <ostream>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "common/sync.h"

namespace rollcall::cli {

// From construction to destruction, shows `text` and the seconds that passed,
// and wipes the line at the end. Nobody else writes to `terminal` meanwhile.
class ProgressLine {
 public:
  // Does nothing unless `show`. `terminal` outlives this.
  ProgressLine(std::ostream& terminal, bool show, absl::string_view text);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void Run();

  std::ostream& terminal_;
  const std::string text_;
  Mutex mutex_;
  CondVar wake_;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: starts when all else is ready
};

}  // namespace rollcall::cli
