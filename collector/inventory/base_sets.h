// Base sets: full sets of fleet rows that many subjects share, each keeping
// only its difference from one of them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "collector/inventory/row_directory.h"
#include "collector/inventory/row_set.h"
#include "collector/inventory/sweep_step.h"
#include "common/sync.h"

namespace rollcall::collector {

// What tells similar sets from others: for each of a few hash functions the
// smallest value over a set's ids. Two sets share each value with a probability
// that is the part of their rows that they share (Broder, "On the resemblance
// and containment of documents", 1997).
inline constexpr size_t kSketchSize = 8;
using Sketch = std::array<uint64_t, kSketchSize>;
Sketch MakeSketch(const RowSet& ids);
// As it is stored.
std::string SketchToBytes(const Sketch& sketch);
// Nothing if the bytes are not those of a sketch.
std::optional<Sketch> SketchFromBytes(absl::string_view bytes);

// The rows of a base set: the same by id and by number.
struct BaseRows {
  RowSet ids;
  RowNumbers numbers;
};

// One of both, which keeps the whole.
inline std::shared_ptr<const RowSet> IdsOf(
    const std::shared_ptr<const BaseRows>& base) {
  return {base, &base->ids};
}
inline std::shared_ptr<const RowNumbers> NumbersOf(
    const std::shared_ptr<const BaseRows>& base) {
  return {base, &base->numbers};
}

// Thread-safe. Keeps sets that were asked for in memory, up to a bound, and the
// sketches of all. New ones are written with the rows that they hold; see
// RowDirectory.
//
// Errors as for RowDirectory.
class BaseSets {
 public:
  // Rows in memory, 20 bytes each.
  static constexpr size_t kDefaultMaxRows = 2'000'000;

  // Both outlive it.
  BaseSets(Engine& engine, RowDirectory& rows,
           size_t max_rows = kDefaultMaxRows)
      : engine_(engine), rows_(rows), max_rows_(max_rows) {}

  // Reads the sketches of all bases. Once, before anything else.
  absl::Status Load();

  // The base with this root; null if there is none.
  absl::StatusOr<std::shared_ptr<const BaseRows>> Find(RootId root);
  // As Find, but the base may go at any time: to look at it only. Whoever is to
  // refer to it finds it again.
  absl::StatusOr<std::shared_ptr<const BaseRows>> Peek(RootId root);
  // As Find, but null also if its rows are of another section or level.
  absl::StatusOr<std::shared_ptr<const BaseRows>> FindOfSection(
      RootId root, absl::string_view section, int row_level);
  // Makes the set a base, if it is not one, and leaves it to the writer of its
  // rows, which are kept already.
  absl::Status Keep(RootId root, BaseRows rows);
  // The base that shares most with the set, as far as sketches tell; nothing if
  // none does. Of equally near ones the one with the smallest root.
  std::optional<RootId> Nearest(const RowSet& ids) const;

  // As those of RowDirectory. A base that Find or Keep told of is marked by
  // that; its rows are as long as it is.

  void BeginMarks();
  void Mark(RootId root);
  absl::StatusOr<SweepStep<RootId>> SweepSome(RootId from, size_t most);

 private:
  struct StoredBase {
    RootId root;
    Sketch sketch = {};
    int64_t bytes = 0;
  };
  struct Kept {
    std::shared_ptr<const BaseRows> rows;
    uint64_t used = 0;
  };
  struct Unwritten {
    std::shared_ptr<const BaseRows> rows;
    // What it is written with.
    ContentWriter::Number number = 0;
  };
  void Remember(RootId root, std::shared_ptr<const BaseRows> rows)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether whoever asks may refer to it.
  enum class Use { kLook, kRefer };
  absl::StatusOr<std::shared_ptr<const BaseRows>> Get(RootId root, Use use);
  // What memory has.
  std::shared_ptr<const BaseRows> FindKept(RootId root)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetWritten() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // For another base that is not written yet.
  absl::Status MakeRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(keep_mutex_)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void AddSketch(RootId root, const Sketch& sketch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropSketch(RootId root, const Sketch& sketch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // As stored; null if it is not.
  absl::StatusOr<std::shared_ptr<const BaseRows>> Read(RootId root) const;
  bool IsMarked(RootId root) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return marks_.contains(root) || older_marks_.contains(root);
  }
  absl::StatusOr<std::vector<StoredBase>> UnmarkedFrom(RootId from, size_t most,
                                                       SweepStep<RootId>& step)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Makes bases unknown, but for those that were marked meanwhile.
  std::vector<StoredBase> Condemn(absl::Span<const StoredBase> bases)
      ABSL_LOCKS_EXCLUDED(mutex_);

  Engine& engine_;
  RowDirectory& rows_;
  const size_t max_rows_;
  // Held while bases are stored or deleted.
  Mutex keep_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  mutable Mutex mutex_;
  absl::flat_hash_map<RootId, Kept> kept_ ABSL_GUARDED_BY(mutex_);
  size_t kept_rows_ ABSL_GUARDED_BY(mutex_) = 0;
  // Bases that the store may not have yet.
  absl::flat_hash_map<RootId, Unwritten> unwritten_ ABSL_GUARDED_BY(mutex_);
  uint64_t uses_ ABSL_GUARDED_BY(mutex_) = 0;
  // Of each place of a sketch: which bases have a value there.
  std::array<absl::flat_hash_map<uint64_t, std::vector<RootId>>, kSketchSize>
      by_value_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<RootId> marks_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<RootId> older_marks_ ABSL_GUARDED_BY(mutex_);
  // As in RowDirectory.
  absl::flat_hash_set<RootId> condemned_ ABSL_GUARDED_BY(mutex_);
  uint64_t sweeps_ ABSL_GUARDED_BY(mutex_) = 0;
};

// What the whole fleet shares, for those who read or write sets.
struct Content {
  RowDirectory& rows;
  BaseSets& bases;
};

}  // namespace rollcall::collector
