#include "collector/cli/progress.h"

#include <utility>

#include "absl/time/time.h"
#include "common/text.h"

namespace rollcall::cli {

ProgressLine::ProgressLine(std::ostream& terminal, bool show,
                           absl::string_view text)
    : terminal_(terminal), text_(EscapeForTerminal(text)) {
  if (show) thread_ = std::thread([this] { Run(); });
}

ProgressLine::~ProgressLine() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(&mutex_);
    done_ = true;
  }
  wake_.SignalAll();
  thread_.join();
}

void ProgressLine::Run() {
  MutexLock lock(&mutex_);
  for (int seconds = 0; !done_; ++seconds) {
    terminal_ << "\r" << text_ << " ... " << seconds << " s" << std::flush;
    wake_.WaitFor(&mutex_, absl::Seconds(1));
  }
  // Back to the start of the line, and wiped to its end.
  terminal_ << "\r\x1b[K" << std::flush;
}

}  // namespace rollcall::cli
