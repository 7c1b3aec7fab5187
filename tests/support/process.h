// Real processes in tests: started on free ports in a folder of the test's own,
// waited for by condition, and ended by id.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace rollcall::testing {

// A child process. Killed, if it still runs, when this goes, or when the thread
// that started it ends, however that ends. Not thread-safe.
class Process {
 public:
  // Starts argv[0] with these arguments; standard output and error are appended
  // to `log_path`.
  Process(const std::vector<std::string>& argv, const std::string& log_path);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void Signal(int signal) const;
  // Waits for the end; the exit code, or 128 + the signal that ended it.
  // Nothing if it still runs after `timeout`.
  std::optional<int> Wait(absl::Duration timeout);
  // Waits until the file is there, which the process closes or renames once it
  // is whole; whether it is. False if the process ended without it, or after
  // `timeout`.
  bool AwaitFile(const std::string& path, absl::Duration timeout);

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

// Runs a command to its end and returns its exit code; fails the test if that
// takes more than a minute.
int RunToEnd(const std::vector<std::string>& argv, const std::string& log_path);

// Where the build puts the programs, and the folder of the sources.
std::string BinaryPath(const std::string& name);
std::string SourcePath(const std::string& name);

}  // namespace rollcall::testing
