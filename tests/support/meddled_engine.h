// A store in which something happens while it is read.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/storage/engine.h"

namespace rollcall::testing {

// As the engine beneath, which outlives it; does something after each snapshot,
// which that does not see.
class MeddledEngine final : public collector::Engine {
 public:
  using TableId = collector::TableId;

  MeddledEngine(Engine& engine, std::function<void()> meddle)
      : engine_(engine), meddle_(std::move(meddle)) {}

  std::unique_ptr<collector::Reader> Snapshot() const override {
    auto snapshot = engine_.Snapshot();
    meddle_();
    return snapshot;
  }

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
  absl::Status Write(const collector::Batch& batch,
                     collector::Durability durability) override {
    return engine_.Write(batch, durability);
  }

 private:
  Engine& engine_;
  const std::function<void()> meddle_;
};

}  // namespace rollcall::testing
