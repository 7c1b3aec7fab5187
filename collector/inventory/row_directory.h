// Which fleet rows the store has, and under which numbers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/inventory/row_number.h"
#include "collector/inventory/row_set.h"
#include "collector/storage/engine.h"
#include "common/sync.h"

namespace rollcall::collector {

// A fleet row that the store may not have: checked canonical bytes.
struct NewRow {
  RowId id;
  std::string section;
  int row_level = 0;
  std::string canonical;
};

// Thread-safe. Keeps the ids and numbers of rows that were asked for in memory,
// up to a bound; beyond it the store is asked each time.
//
// All methods: DATA_LOSS if stored bytes are damaged, UNAVAILABLE if the store
// fails. They read the store and so may block.
class RowDirectory {
 public:
  // A row takes about 50 bytes of memory.
  static constexpr size_t kDefaultMaxRows = 1'000'000;

  // The engine outlives it.
  explicit RowDirectory(Engine& engine, size_t max_rows = kDefaultMaxRows)
      : engine_(engine), max_rows_(max_rows) {}

  // The numbers of rows of a section, in the order of `ids`; nothing for a row
  // that the store does not have, or has of another section.
  absl::StatusOr<std::vector<std::optional<RowNumber>>> Find(
      absl::string_view section, absl::Span<const RowId> ids);
  // Stores those rows, without repetition, that the store lacks. Durable with
  // the next synced write; until something refers to them they do no harm.
  absl::Status Keep(absl::Span<const NewRow> rows);

  // The numbers of rows that the store has, ascending. DATA_LOSS if it lacks
  // one.
  absl::StatusOr<std::vector<RowNumber>> NumbersOf(const RowSet& ids);
  // The ids of numbered rows, ascending by id. DATA_LOSS if a number was never
  // given.
  absl::StatusOr<RowSet> IdsOf(absl::Span<const RowNumber> numbers);

 private:
  struct Known {
    RowNumber number = 0;
    // The section's place in AllSections().
    uint16_t section = 0;
  };
  using Numbers = std::vector<std::optional<Known>>;
  absl::StatusOr<Numbers> FindAll(absl::Span<const RowId> ids);
  // Fills in what the memory knows; returns the places of what it does not.
  std::vector<size_t> FindKept(absl::Span<const RowId> ids, Numbers& numbers)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status FindStored(absl::Span<const RowId> ids,
                          absl::Span<const size_t> places, Numbers& numbers)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status ReadNextNumber() ABSL_EXCLUSIVE_LOCKS_REQUIRED(keep_mutex_);
  void Remember(RowId id, Known known) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Engine& engine_;
  const size_t max_rows_;
  // Held while rows are stored, so that none gets two numbers.
  Mutex keep_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  Mutex mutex_;
  absl::flat_hash_map<RowId, Known> numbers_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<RowNumber, RowId> ids_ ABSL_GUARDED_BY(mutex_);
  // 0: not yet read.
  RowNumber next_ ABSL_GUARDED_BY(keep_mutex_) = 0;
};

}  // namespace rollcall::collector
