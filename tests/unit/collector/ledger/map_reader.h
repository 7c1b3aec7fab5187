// A store as a copy in memory, for tests that alter one thousands of times.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/storage/engine.h"

namespace rollcall::collector {

// Anybody may alter `tables`, but not while a cursor is in use.
class MapReader final : public Reader {
 public:
  using Table = std::map<std::string, std::string>;

  MapReader() = default;
  // A copy of some tables.
  MapReader(const Reader& reader, const std::vector<TableId>& copied) {
    for (const TableId table : copied) {
      for (auto cursor = reader.Scan(table, "", ""); cursor->Valid();
           cursor->Next()) {
        tables[table].emplace(cursor->key(), cursor->value());
      }
    }
  }

  absl::StatusOr<std::optional<std::string>> Get(
      TableId table, absl::string_view key) const override {
    const Table& entries = TableOf(table);
    const auto found = entries.find(std::string(key));
    if (found == entries.end()) return std::optional<std::string>();
    return std::optional(found->second);
  }
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      TableId table, absl::Span<const std::string> keys) const override {
    std::vector<std::optional<std::string>> values;
    for (const std::string& key : keys) values.push_back(*Get(table, key));
    return values;
  }
  std::unique_ptr<Cursor> Scan(TableId table, absl::string_view begin,
                               absl::string_view end) const override {
    return std::make_unique<MapCursor>(Between(table, begin, end));
  }
  std::unique_ptr<Cursor> ReverseScan(TableId table, absl::string_view begin,
                                      absl::string_view end) const override {
    auto entries = Between(table, begin, end);
    return std::make_unique<MapCursor>(
        Entries(entries.rbegin(), entries.rend()));
  }

  std::map<TableId, Table> tables;

 private:
  using Entries = std::vector<const Table::value_type*>;

  class MapCursor final : public Cursor {
   public:
    explicit MapCursor(Entries entries) : entries_(std::move(entries)) {}
    bool Valid() const override { return at_ < entries_.size(); }
    void Next() override { ++at_; }
    absl::string_view key() const override { return entries_[at_]->first; }
    absl::string_view value() const override { return entries_[at_]->second; }
    absl::Status status() const override { return absl::OkStatus(); }

   private:
    const Entries entries_;
    size_t at_ = 0;
  };

  const Table& TableOf(TableId table) const {
    static const Table kNone;
    const auto found = tables.find(table);
    return found == tables.end() ? kNone : found->second;
  }

  Entries Between(TableId table, absl::string_view begin,
                  absl::string_view end) const {
    Entries entries;
    for (const auto& entry : TableOf(table)) {
      if (entry.first >= begin && (end.empty() || entry.first < end)) {
        entries.push_back(&entry);
      }
    }
    return entries;
  }
};

}  // namespace rollcall::collector
