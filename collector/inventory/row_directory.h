// Which fleet rows the store has, and under which numbers.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/inventory/content_pins.h"
#include "collector/inventory/content_writer.h"
#include "collector/inventory/number_set.h"
#include "collector/inventory/row_number.h"
#include "collector/inventory/row_set.h"
#include "collector/inventory/sweep_step.h"
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
// New rows wait in a ContentWriter until somebody has to know them stored, and
// are known at once.
//
// All methods: DATA_LOSS if stored bytes are damaged, UNAVAILABLE if the store
// fails. They read the store and so may block.
class RowDirectory {
 public:
  // A row takes about 50 bytes of memory.
  static constexpr size_t kDefaultMaxRows = 1'000'000;

  // The engine outlives it.
  explicit RowDirectory(Engine& engine, size_t max_rows = kDefaultMaxRows)
      : engine_(engine), max_rows_(max_rows), writer_(engine) {}

  // The numbers of rows of a section and level, in the order of `ids`; nothing
  // for a row that the store does not have, or has of another section or level.
  absl::StatusOr<std::vector<std::optional<RowNumber>>> Find(
      absl::string_view section, int row_level, absl::Span<const RowId> ids);
  // Gives numbers to those rows, without repetition, that the store lacks, and
  // leaves them to writer(). Until something refers to them they do no harm.
  absl::Status Keep(absl::Span<const NewRow> rows);
  // What refers to rows that were kept is written after them.
  ContentWriter& writer() { return writer_; }

  // The numbers of rows that the store has, ascending. DATA_LOSS if it lacks
  // one.
  absl::StatusOr<RowNumbers> NumbersOf(const RowSet& ids);
  // The ids of numbered rows, ascending by id. DATA_LOSS if a number was never
  // given.
  absl::StatusOr<RowSet> IdsOf(absl::Span<const RowNumber> numbers);

  // What follows is for ContentCollector, which says when a row may go. A row
  // that Find, Keep or NumbersOf told of is marked by that.

  ContentPins& pins() { return pins_; }
  // Drops the marks that are older than the last call.
  void BeginMarks();
  void Mark(absl::Span<const RowNumber> numbers);
  // As Mark, but only until the next BeginMarks().
  void MarkForOnce(absl::Span<const RowNumber> numbers);
  // Looks at the `most` rows from `from` on and deletes those without a mark.
  // Where it fails nothing was deleted. Not from two threads at once.
  absl::StatusOr<SweepStep<RowNumber>> SweepSome(RowNumber from, size_t most);

 private:
  struct Known {
    RowNumber number = 0;
    // The section's place in AllSections().
    uint16_t section = 0;
    int row_level = 0;
  };
  using Numbers = std::vector<std::optional<Known>>;
  absl::StatusOr<Numbers> FindAll(absl::Span<const RowId> ids);
  // Fills in what the memory knows; returns the places of what it does not.
  std::vector<size_t> FindKept(absl::Span<const RowId> ids, Numbers& numbers)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status FindStored(absl::Span<const RowId> ids,
                          absl::Span<const size_t> places, Numbers& numbers)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes what the store holds of one row.
  absl::Status TakeStored(RowId id, const std::string& stored,
                          std::optional<Known>& number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ReadNextNumber() ABSL_EXCLUSIVE_LOCKS_REQUIRED(keep_mutex_);
  // What Keep writes of rows that the store lacks, of which it found `found`.
  struct Given {
    Batch writes;
    std::vector<std::pair<RowId, Known>> rows;
  };
  absl::StatusOr<Given> GiveNumbers(absl::Span<const NewRow> rows,
                                    const Numbers& found)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(keep_mutex_);
  // Whether there was room.
  bool Remember(RowId id, Known known) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets of those that there was no room for what was written since.
  void ForgetWritten() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  struct NamedRow {
    RowNumber number = 0;
    RowId id;
  };
  bool IsMarked(RowNumber number) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return marks_.Has(number) || older_marks_.Has(number) ||
           marks_for_once_.Has(number);
  }
  absl::StatusOr<std::vector<NamedRow>> UnmarkedFrom(RowNumber from,
                                                     size_t most,
                                                     SweepStep<RowNumber>& step)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Makes rows unknown, but for those that were marked meanwhile.
  std::vector<NamedRow> Condemn(absl::Span<const NamedRow> rows)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status DeleteRows(absl::Span<const NamedRow> rows,
                          SweepStep<RowNumber>& step)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(keep_mutex_);

  Engine& engine_;
  const size_t max_rows_;
  ContentWriter writer_;
  ContentPins pins_;
  // Held while rows are stored or deleted, so that none gets two numbers.
  Mutex keep_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  Mutex mutex_;
  absl::flat_hash_map<RowId, Known> numbers_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<RowNumber, RowId> ids_ ABSL_GUARDED_BY(mutex_);
  // Rows that there was no room for and that the store may not have yet, and
  // when each is written, in that order.
  struct WrittenWith {
    ContentWriter::Number number = 0;
    RowId id;
  };
  absl::flat_hash_map<RowId, Known> unwritten_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<RowNumber, RowId> unwritten_ids_ ABSL_GUARDED_BY(mutex_);
  std::deque<WrittenWith> unwritten_order_ ABSL_GUARDED_BY(mutex_);
  NumberSet marks_ ABSL_GUARDED_BY(mutex_);
  NumberSet older_marks_ ABSL_GUARDED_BY(mutex_);
  NumberSet marks_for_once_ ABSL_GUARDED_BY(mutex_);
  // Rows that are being deleted, and how often that began or ended: what was
  // read from the store before may be gone.
  absl::flat_hash_set<RowNumber> condemned_ ABSL_GUARDED_BY(mutex_);
  uint64_t sweeps_ ABSL_GUARDED_BY(mutex_) = 0;
  // 0: not yet read.
  RowNumber next_ ABSL_GUARDED_BY(keep_mutex_) = 0;
};

}  // namespace rollcall::collector
