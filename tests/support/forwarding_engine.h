// A store that is as another one, to be made unlike it in one way.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/storage/engine.h"

namespace rollcall::testing {

// As the engine beneath, which outlives it. Thread-safe if that is.
class ForwardingEngine : public collector::Engine {
 public:
  using TableId = collector::TableId;

  explicit ForwardingEngine(Engine& engine) : engine_(engine) {}

  absl::StatusOr<std::optional<std::string>> Get(
      TableId table, absl::string_view key) const override {
    return engine_.Get(table, key);
  }
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      TableId table, absl::Span<const std::string> keys) const override {
    return engine_.MultiGet(table, keys);
  }
  std::unique_ptr<collector::Cursor> Scan(
      TableId table, absl::string_view begin,
      absl::string_view end) const override {
    return engine_.Scan(table, begin, end);
  }
  std::unique_ptr<collector::Cursor> ReverseScan(
      TableId table, absl::string_view begin,
      absl::string_view end) const override {
    return engine_.ReverseScan(table, begin, end);
  }
  std::unique_ptr<collector::Reader> Snapshot() const override {
    return engine_.Snapshot();
  }
  absl::Status Write(const collector::Batch& batch,
                     collector::Durability durability) override {
    return engine_.Write(batch, durability);
  }

 private:
  Engine& engine_;
};

}  // namespace rollcall::testing
