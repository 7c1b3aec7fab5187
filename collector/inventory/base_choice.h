// How a set of fleet rows is kept: as differences from which base set.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "collector/inventory/base_sets.h"
#include "collector/inventory/based_set.h"
#include "collector/inventory/row_set.h"
#include "rollcall/stored/v1/inventory.pb.h"

namespace rollcall::collector {

// A set of at most so many rows is kept without a base.
inline constexpr size_t kMaxRowsWithoutBase = 16;
// A base is kept, without looking for a nearer one, while no more rows differ;
// beyond that a nearer one is looked for each time that so many more do.
inline constexpr size_t kFewDifferences = 48;
inline constexpr size_t kMoreDifferences = 16;
// A set becomes a base itself where more than one row in so many differs from
// the nearest.
inline constexpr size_t kShareThatDiffers = 8;

// A set of fleet rows.
struct FleetRows {
  const BasedSet<RowNumber>& numbers;
  // The same by id; null: look them up where they are needed.
  const RowSet* ids = nullptr;
};

// The base that a set has, or may well be near, and in how many rows it
// differed from that.
struct BaseBefore {
  std::optional<RootId> root;
  size_t differences = 0;
};

// Fills in base and differences of `section` for the set. Stores the set as a
// base where none is near. Chains do not arise: a base is always a full set.
// Errors as for BaseSets.
absl::Status ChooseBase(const FleetRows& rows, const BaseBefore& before,
                        const Content& content,
                        stored::v1::HeadSection& section);

}  // namespace rollcall::collector
