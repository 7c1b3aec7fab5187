// The collector's process: options, signals, exit codes. 0: stopped by a
// signal; 1: could not run; 2: wrong usage.
#include <absl/synchronization/mutex.h>
#include <signal.h>

#include <cstdio>
#include <string>

#include "collector/app/collector_app.h"
#include "collector/app/options.h"
#include "collector/app/store.h"
#include "common/log.h"

namespace {

// Blocks the signals that end the process, for all threads to come, and
// returns them.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "rollcall-collector: %s\n",
               std::string(status.message()).c_str());
  return 1;
}

int SayRestored(const rollcall::collector::CollectorOptions& options) {
  const auto incarnation = rollcall::collector::NoteRestored(options);
  if (!incarnation.ok()) return Fail(incarnation.status());
  std::printf("This store is a restored one from now on, incarnation %lld.\n",
              static_cast<long long>(*incarnation));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  using rollcall::Log;
  using rollcall::LogLevel;
#ifdef NDEBUG
  // Debian's Abseil looks for deadlocks at every lock; gRPC is full of them.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
  int exit_code = 2;
  const auto options =
      rollcall::collector::ParseCommandLine(argc, argv, exit_code);
  if (!options.ok()) return exit_code;
  if (options->restored) return SayRestored(*options);
  const sigset_t signals = BlockSignals();
  auto app = rollcall::collector::CollectorApp::Start(*options);
  if (!app.ok()) return Fail(app.status());
  Log(LogLevel::kInfo, "collector is up",
      {{"agent_port", (*app)->agent_port()},
       {"admin_port", (*app)->admin_port()},
       {"https_port", (*app)->https_port()}});
  int received = 0;
  sigwait(&signals, &received);
  Log(LogLevel::kInfo, "stopping", {{"signal", received}});
  app->reset();
  Log(LogLevel::kInfo, "stopped");
  return 0;
}
