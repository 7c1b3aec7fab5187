#include "tests/support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

extern char** environ;

namespace rollcall::testing {
namespace {

int ToExitCode(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Process::Process(const std::vector<std::string>& argv,
                 const std::string& log_path) {
  // Ends with this program, however that ends: an aborted test must leave no
  // process behind.
  std::vector<std::string> command = {"/usr/bin/setpriv", "--pdeathsig", "KILL",
                                      "--"};
  command.insert(command.end(), argv.begin(), argv.end());
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log_path.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  EXPECT_EQ(posix_spawn(&pid_, arguments[0], &actions, nullptr,
                        arguments.data(), environ),
            0)
      << argv[0];
  posix_spawn_file_actions_destroy(&actions);
}

Process::~Process() {
  if (!running()) return;
  Signal(SIGKILL);
  Wait(absl::Seconds(60));
}

bool Process::running() { return !Wait(absl::ZeroDuration()).has_value(); }

void Process::Signal(int signal) const { kill(pid_, signal); }

std::optional<int> Process::Wait(absl::Duration timeout) {
  if (exit_code_.has_value()) return exit_code_;
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (fd >= 0) {
    pollfd waiting = {fd, POLLIN, 0};
    poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
    close(fd);
  }
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) exit_code_ = ToExitCode(status);
  return exit_code_;
}

bool Process::AwaitFile(const std::string& path, absl::Duration timeout) {
  const std::string folder = path.substr(0, path.rfind('/'));
  const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  inotify_add_watch(fd, folder.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE);
  const absl::Time end = absl::Now() + timeout;
  bool there = access(path.c_str(), R_OK) == 0;
  while (!there && running() && absl::Now() < end) {
    pollfd waiting = {fd, POLLIN, 0};
    poll(&waiting, 1, 100);
    char events[4096];
    while (read(fd, events, sizeof(events)) > 0) {
    }
    there = access(path.c_str(), R_OK) == 0;
  }
  close(fd);
  return there;
}

int RunToEnd(const std::vector<std::string>& argv,
             const std::string& log_path) {
  Process process(argv, log_path);
  const auto code = process.Wait(absl::Seconds(60));
  EXPECT_TRUE(code.has_value()) << argv[0] << " does not end";
  return code.value_or(-1);
}

std::string BinaryPath(const std::string& name) {
  return std::string(ROLLCALL_BINARY_DIR) + "/bin/" + name;
}

std::string SourcePath(const std::string& name) {
  return std::string(ROLLCALL_SOURCE_DIR) + "/" + name;
}

}  // namespace rollcall::testing
