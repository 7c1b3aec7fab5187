// Keeps one event that repeats itself from filling the log.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/sync.h"

namespace rollcall {

// Counts events per message and second. Thread-safe.
class LogLimiter {
 public:
  static constexpr int kEventsPerSecond = 20;
  // Beyond, all counts start anew. Messages are constant texts, so that does
  // not happen.
  static constexpr size_t kMaxMessages = 1'000;

  // Whether an event at `second` may be written: how many were suppressed since
  // the last that was, or -1 if this one is suppressed too.
  int Admit(absl::string_view message, int64_t second) {
    MutexLock lock(&mutex_);
    if (windows_.size() > kMaxMessages) windows_.clear();
    Window& window = windows_[std::string(message)];
    if (window.second != second) {
      window.second = second;
      window.count = 0;
    }
    if (++window.count > kEventsPerSecond) {
      ++window.suppressed;
      return -1;
    }
    return std::exchange(window.suppressed, 0);
  }

 private:
  struct Window {
    int64_t second = 0;
    int count = 0;
    int suppressed = 0;
  };
  Mutex mutex_;
  std::map<std::string, Window> windows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall
