// A store that refuses to be written.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "collector/storage/engine.h"

namespace rollcall::testing {

// As the engine beneath, but takes no writes while it is full, and counts those
// that it takes.
class FullEngine final : public collector::Engine {
 public:
  using TableId = collector::TableId;

  explicit FullEngine(Engine& engine) : engine_(engine) {}

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
    if (during_write) during_write();
    if (full) return absl::UnavailableError("full");
    if (!batch.empty()) ++writes;
    return engine_.Write(batch, durability);
  }
  std::unique_ptr<collector::Reader> Snapshot() const override {
    return engine_.Snapshot();
  }

  bool full = true;
  int writes = 0;
  // Called in each write.
  std::function<void()> during_write;

 private:
  Engine& engine_;
};

}  // namespace rollcall::testing
