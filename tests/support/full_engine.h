// A store that refuses to be written.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "tests/support/forwarding_engine.h"

namespace rollcall::testing {

// As the engine beneath, but takes no writes while it is full, and counts those
// that it takes.
class FullEngine final : public ForwardingEngine {
 public:
  using ForwardingEngine::ForwardingEngine;

  absl::Status Write(const collector::Batch& batch,
                     collector::Durability durability) override {
    if (during_write) during_write();
    if (full) return absl::UnavailableError("full");
    if (!batch.empty()) ++writes;
    return ForwardingEngine::Write(batch, durability);
  }

  bool full = true;
  int writes = 0;
  // Called in each write.
  std::function<void()> during_write;
};

}  // namespace rollcall::testing
