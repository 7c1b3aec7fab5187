// Collecting rows and bases that nothing refers to any more.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/inventory/base_sets.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"

namespace rollcall::collector {

struct CollectionOptions {
  // Keys that are looked at between two pauses: what a step holds up others by.
  size_t keys_per_step = 1'024;
};

// What one run found and did.
struct Collection {
  // Sets that were read to see what they refer to.
  int64_t heads = 0;
  int64_t history_entries = 0;
  int64_t bases_kept = 0;
  int64_t bases_collected = 0;
  int64_t rows_kept = 0;
  int64_t rows_collected = 0;
  // Of values that were collected, before compression.
  int64_t bytes_collected = 0;
  // Whether anything could be collected: not in the first run.
  bool swept = false;
  // Everything that only changes up to this stamp referred to has gone. Zero
  // if not swept.
  KnownStamp collected_up_to;
};

// Marks and sweeps. A run marks what heads, history and changes to come refer
// to, as of one snapshot, and sweeps what has no mark of this run or the one
// before. Between the two everything that a session is told of, or writes, is
// marked by that (RowDirectory, BaseSets), so whatever anybody was told is
// there stays until the end of the run after the next begins.
//
// It keeps marks in memory and deletes in steps that each are whole, so a run
// may end anywhere; after a restart the first run only marks. One thread at a
// time. Memory: three bits for each row number ever given, and 32 bytes for
// each base.
class ContentCollector {
 public:
  // Called between steps, without locks: waits as long as others should have
  // the disk; not OK ends the run with that.
  using Pause = std::function<absl::Status()>;

  // All outlive it.
  ContentCollector(Engine& engine, const Content& content, Pause pause,
                   CollectionOptions options = {})
      : engine_(engine),
        content_(content),
        pause_(std::move(pause)),
        options_(options) {}

  // One run. DATA_LOSS if stored bytes are damaged: then nothing is collected,
  // for what they referred to is not known. UNAVAILABLE if the store fails.
  absl::StatusOr<Collection> Run();

 private:
  // A mark that was made to its end.
  struct Marked {
    // Pins of this epoch and later were taken after it.
    uint64_t epoch = 0;
    // Up to which it saw all changes, and postings had followed them.
    KnownStamp stamp;
  };
  absl::StatusOr<Marked> MarkAll(Collection& run);
  absl::Status WaitForPins(uint64_t before_epoch);
  // Calls `mark` with every entry of a table, with pauses.
  template <typename TableType, typename MarkEntry>
  absl::Status ForEach(const TableType& table, const Reader& reader,
                       MarkEntry mark);
  absl::Status MarkHeads(const Reader& reader, Collection& run);
  absl::Status MarkHistory(const Reader& reader, Collection& run);
  absl::Status MarkPostings(const Reader& reader);
  absl::Status MarkRowsOfBases();
  absl::Status MarkRows(absl::string_view packed);
  absl::Status MarkBase(absl::string_view root);
  absl::Status SweepBases(Collection& run);
  absl::Status SweepRows(Collection& run);

  Engine& engine_;
  const Content& content_;
  const Pause pause_;
  const CollectionOptions options_;

  // Nothing if there is none, or one began since and was not ended.
  std::optional<Marked> last_;
};

}  // namespace rollcall::collector
