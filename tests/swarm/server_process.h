// A server under load as a process of its own: the collector, or the bare echo,
// which takes the same options.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace rollcall::swarm {

// Not thread-safe.
class ServerProcess {
 public:
  // `program` is a path. Clients need certificates of `pki`. Starts nothing
  // yet.
  ServerProcess(std::string program, const testing::TestPki& pki);

  // Starts it on free ports, over what it stored before, and waits until it
  // listens. The text of an error ends with its log.
  absl::Status Start(const std::vector<std::string>& more_options = {});
  // Starts it and kills it after that time, or less if it ended by itself.
  void StartAndKill(absl::Duration after);
  // SIGKILL, and waits for the end.
  void Kill();
  // SIGTERM; the exit code.
  int Stop();
  // Waits until it ends by itself; the exit code, -1 if it does not.
  int AwaitEnd();
  bool running() const { return process_->running(); }
  // Whether it runs, and what it said last if not: for a test that failed.
  std::string Describe() const;
  // What it logged since it was made.
  std::string Log() const;

  int agent_port() const { return agent_port_; }
  int admin_port() const { return admin_port_; }
  const testing::TempDir& dir() const { return dir_; }
  // The folder of what it stores.
  std::string data() const { return dir_.File("data"); }

  // What the kernel says of the process; 0 if it is gone.
  int64_t ResidentBytes() const;
  absl::Duration CpuTime() const;

 private:
  void Launch(const std::vector<std::string>& more_options);

  const std::string program_;
  testing::TempDir dir_;
  std::unique_ptr<testing::Process> process_;
  int agent_port_ = 0;
  int admin_port_ = 0;
};

}  // namespace rollcall::swarm
