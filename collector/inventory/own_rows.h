// The rows that are one machine's own, kept with its subject in packs: a row
// that changes rewrites only those that share its pack.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "common/id.h"

namespace rollcall::collector {

// Canonical bytes by row id.
using OwnRows = std::map<RowId, std::string>;

// Which section of which subject.
struct OwnSection {
  SubjectId subject;
  absl::string_view section;
  int row_level = 0;
};

// How many of the first bits of an id choose its row's pack, so that a pack has
// about 16 rows. `bits` is what it is now, and stays while packs are neither
// much fuller nor much emptier.
uint32_t ChoosePackBits(size_t rows, uint32_t bits);

// All rows of the section; none of one that has none of its own (rows.h).
// DATA_LOSS if stored bytes are damaged.
absl::StatusOr<OwnRows> ReadOwnRows(const Reader& reader,
                                    const OwnSection& section);

// What a section's own rows were and are.
struct OwnChange {
  const OwnRows& before;
  uint32_t bits_before = 0;
  const OwnRows& after;
  uint32_t bits_after = 0;
};

// Adds the writes that make `after` of `before`; none for packs that are equal.
void WriteOwnRows(const OwnSection& section, const OwnChange& change,
                  Batch& batch);

}  // namespace rollcall::collector
