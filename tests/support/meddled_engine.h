// A store in which something happens while it is read.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "tests/support/forwarding_engine.h"

namespace rollcall::testing {

// As the engine beneath; does something after each snapshot, which that does
// not see.
class MeddledEngine final : public ForwardingEngine {
 public:
  MeddledEngine(Engine& engine, std::function<void()> meddle)
      : ForwardingEngine(engine), meddle_(std::move(meddle)) {}

  std::unique_ptr<collector::Reader> Snapshot() const override {
    auto snapshot = ForwardingEngine::Snapshot();
    meddle_();
    return snapshot;
  }

 private:
  const std::function<void()> meddle_;
};

}  // namespace rollcall::testing
