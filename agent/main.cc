// The agent's process: options and exit codes. 0: done, or stopped by a signal;
// 1: could not; 2: wrong usage.
#include <absl/synchronization/mutex.h>
#include <stdlib.h>

#include <cstdio>
#include <string>

#include "agent/app/agent_app.h"
#include "agent/app/options.h"

int main(int argc, char** argv) {
#ifdef NDEBUG
  // Debian's Abseil looks for deadlocks at every lock; gRPC is full of them.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
  // gRPC goes past the proxy of --proxy for hosts that these name.
  unsetenv("no_grpc_proxy");
  unsetenv("no_proxy");
  int exit_code = 2;
  const auto options = rollcall::agent::ParseCommandLine(argc, argv, exit_code);
  if (!options.ok()) return exit_code;
  const absl::Status status = rollcall::agent::RunAgent(*options);
  if (!status.ok()) {
    std::fprintf(stderr, "rollcall-agent: %s\n",
                 std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
