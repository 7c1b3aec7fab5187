// A store that counts what is read of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/storage/engine.h"

namespace rollcall::testing {

// Entries read, by table.
using ReadCounts = std::map<collector::TableId, int64_t>;

// Reads as the one beneath, and counts the entries. Not thread-safe.
class CountingReader final : public collector::Reader {
 public:
  using TableId = collector::TableId;

  CountingReader(const collector::Reader& reader, ReadCounts& counts)
      : reader_(reader), counts_(counts) {}
  CountingReader(std::unique_ptr<collector::Reader> reader, ReadCounts& counts)
      : owned_(std::move(reader)), reader_(*owned_), counts_(counts) {}

  absl::StatusOr<std::optional<std::string>> Get(
      TableId table, absl::string_view key) const override {
    ++counts_[table];
    return reader_.Get(table, key);
  }
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      TableId table, absl::Span<const std::string> keys) const override {
    counts_[table] += static_cast<int64_t>(keys.size());
    return reader_.MultiGet(table, keys);
  }
  std::unique_ptr<collector::Cursor> Scan(
      TableId table, absl::string_view begin,
      absl::string_view end) const override {
    return std::make_unique<Walk>(reader_.Scan(table, begin, end),
                                  counts_[table]);
  }
  std::unique_ptr<collector::Cursor> ReverseScan(
      TableId table, absl::string_view begin,
      absl::string_view end) const override {
    return std::make_unique<Walk>(reader_.ReverseScan(table, begin, end),
                                  counts_[table]);
  }

 private:
  class Walk final : public collector::Cursor {
   public:
    Walk(std::unique_ptr<collector::Cursor> cursor, int64_t& count)
        : cursor_(std::move(cursor)), count_(count) {
      Count();
    }
    bool Valid() const override { return cursor_->Valid(); }
    void Next() override {
      cursor_->Next();
      Count();
    }
    absl::string_view key() const override { return cursor_->key(); }
    absl::string_view value() const override { return cursor_->value(); }
    absl::Status status() const override { return cursor_->status(); }

   private:
    void Count() { count_ += cursor_->Valid() ? 1 : 0; }

    const std::unique_ptr<collector::Cursor> cursor_;
    int64_t& count_;
  };

  const std::unique_ptr<collector::Reader> owned_;
  const collector::Reader& reader_;
  ReadCounts& counts_;
};

// As the engine beneath, which outlives it. Not thread-safe.
class CountingEngine final : public collector::Engine {
 public:
  using TableId = collector::TableId;

  explicit CountingEngine(Engine& engine)
      : engine_(engine), reads_(engine, counts_) {}

  // Entries of the table, or of all, read since the last Reset.
  int64_t of(TableId table) const {
    const auto found = counts_.find(table);
    return found == counts_.end() ? 0 : found->second;
  }
  int64_t all() const {
    int64_t sum = 0;
    for (const auto& [table, count] : counts_) sum += count;
    return sum;
  }
  void Reset() {
    for (auto& [table, count] : counts_) count = 0;
  }

  absl::StatusOr<std::optional<std::string>> Get(
      TableId table, absl::string_view key) const override {
    return reads_.Get(table, key);
  }
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      TableId table, absl::Span<const std::string> keys) const override {
    return reads_.MultiGet(table, keys);
  }
  std::unique_ptr<collector::Cursor> Scan(
      TableId table, absl::string_view begin,
      absl::string_view end) const override {
    return reads_.Scan(table, begin, end);
  }
  std::unique_ptr<collector::Cursor> ReverseScan(
      TableId table, absl::string_view begin,
      absl::string_view end) const override {
    return reads_.ReverseScan(table, begin, end);
  }
  absl::Status Write(const collector::Batch& batch,
                     collector::Durability durability) override {
    return engine_.Write(batch, durability);
  }
  std::unique_ptr<collector::Reader> Snapshot() const override {
    return std::make_unique<CountingReader>(engine_.Snapshot(), counts_);
  }

 private:
  Engine& engine_;
  mutable ReadCounts counts_;
  const CountingReader reads_;
};

}  // namespace rollcall::testing
