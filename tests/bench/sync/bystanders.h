// Agents that check in now and then while others do what is measured.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace rollcall::bench {

class Lab;

// They live in a process of their own (bystander_agents.cc): gRPC reads all
// streams of a process from one set of descriptors, and those of thousands of
// others would keep them waiting on our side. Not thread-safe.
class Bystanders {
 public:
  // Connects agents of the `count` hosts from `first` on to the collector at
  // `port`; returns once all are synced. Each checks in every 100 ms from then
  // on.
  static absl::StatusOr<std::unique_ptr<Bystanders>> Start(Lab& lab,
                                                           uint32_t first,
                                                           uint32_t count,
                                                           int port);

  // Ends them. How long each check-in took from when it was due to its answer,
  // in milliseconds.
  absl::StatusOr<std::vector<double>> Stop();

 private:
  Bystanders() = default;
  std::string Log() const;

  testing::TempDir dir_;
  std::unique_ptr<testing::Process> process_;
};

}  // namespace rollcall::bench
