#include "tests/e2e/collector_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/file.h"
#include "gtest/gtest.h"
#include "re2/re2.h"
#include "tests/support/status_matchers.h"

namespace rollcall::testing {
namespace {

// A file that appears in `folder`, waited for without polling it.
class Appearance {
 public:
  explicit Appearance(const std::string& folder)
      : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    inotify_add_watch(fd_, folder.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE);
  }
  ~Appearance() { close(fd_); }

  // Whether `path` is there, at the latest after `timeout`.
  bool Await(const std::string& path, absl::Duration timeout) const {
    const absl::Time end = absl::Now() + timeout;
    while (access(path.c_str(), R_OK) != 0) {
      const absl::Duration left = end - absl::Now();
      if (left <= absl::ZeroDuration()) return false;
      pollfd waiting = {fd_, POLLIN, 0};
      poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
      char events[4096];
      while (read(fd_, events, sizeof(events)) > 0) {
      }
    }
    return true;
  }

 private:
  const int fd_;
};

int NumberAfter(const std::string& json, const std::string& name) {
  int number = 0;
  RE2::PartialMatch(json, absl::StrCat("\"", name, "\": *([0-9]+)"), &number);
  return number;
}

}  // namespace

CollectorProcess::CollectorProcess() {
  EXPECT_EQ(RunToEnd({SourcePath("deploy/pki.sh"), "server", dir_.File("pki")},
                     dir_.File("pki.log")),
            0);
}

void CollectorProcess::Start(const std::vector<std::string>& more_options) {
  const std::string ready = dir_.File("ready.json");
  unlink(ready.c_str());
  const Appearance appearance(dir_.path());
  std::vector<std::string> argv = {
      BinaryPath("rollcall-collector"),
      absl::StrCat("--data=", dir_.File("data")),
      "--agent-listen=127.0.0.1:0",
      "--admin-listen=127.0.0.1:0",
      "--https-listen=127.0.0.1:0",
      absl::StrCat("--ca=", dir_.File("pki/ca.pem")),
      absl::StrCat("--cert=", dir_.File("pki/server.pem")),
      absl::StrCat("--key=", dir_.File("pki/server.key")),
      absl::StrCat("--ready-file=", ready)};
  argv.insert(argv.end(), more_options.begin(), more_options.end());
  process_ = std::make_unique<Process>(argv, dir_.File("collector.log"));
  ASSERT_TRUE(appearance.Await(ready, absl::Seconds(60)))
      << ReadFile(dir_.File("collector.log"), 1 << 20).value_or("no log");
  ASSERT_OK_AND_ASSIGN(const std::string json, ReadFile(ready, 4096));
  agent_port_ = NumberAfter(json, "agent_port");
  admin_port_ = NumberAfter(json, "admin_port");
  https_port_ = NumberAfter(json, "https_port");
  ASSERT_NE(agent_port_, 0) << json;
}

void CollectorProcess::Kill() {
  process_->Signal(SIGKILL);
  EXPECT_TRUE(process_->Wait(absl::Seconds(60)).has_value());
}

int CollectorProcess::Stop() {
  process_->Signal(SIGTERM);
  return process_->Wait(absl::Seconds(60)).value_or(-1);
}

TlsCredentials CollectorProcess::Make(const std::string& kind,
                                      const std::string& name) const {
  EXPECT_EQ(
      RunToEnd({SourcePath("deploy/pki.sh"), kind, dir_.File("pki"), name},
               dir_.File("pki.log")),
      0);
  const std::string stem = dir_.File(absl::StrCat("pki/", kind, "-", name));
  const auto credentials =
      LoadTlsCredentials(dir_.File("pki/ca.pem"), absl::StrCat(stem, ".pem"),
                         absl::StrCat(stem, ".key"), absl::Now());
  EXPECT_OK(credentials);
  return credentials.value_or(TlsCredentials());
}

TlsCredentials CollectorProcess::Agent(const std::string& name) const {
  return Make("agent", name);
}

TlsCredentials CollectorProcess::Admin(const std::string& name) const {
  return Make("admin", name);
}

}  // namespace rollcall::testing
