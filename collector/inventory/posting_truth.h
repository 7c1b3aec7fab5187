// Postings recomputed from what they are derived from.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// Where stored postings are not what heads and bases make them.
struct PostingDifferences {
  // Values, ordinals and base numbers that were compared.
  int64_t compared = 0;
  int64_t differences = 0;
  // The first by key, for people; empty if there is none.
  std::string first;
};

// Compares all of them as of `snapshot`, changes that are not stored yet
// included. Keys and values that are too damaged to read differ; where it is a
// change, so does what the waiting changes did. If `corrections` is given, adds
// the writes that make all right, and done with what waits. Holds all postings
// in memory: about 2 bytes for each row that a subject has beyond its base.
// DATA_LOSS if a head or a base is damaged, or a checksum fails.
absl::StatusOr<PostingDifferences> ComparePostings(const Reader& snapshot,
                                                   Batch* corrections);

}  // namespace rollcall::collector
