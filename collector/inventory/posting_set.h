// Sets of numbers as Roaring bitmaps, in memory and as stored. Pure;
// thread-safe as any value.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "roaring/roaring.hh"

namespace rollcall::collector {

// Subjects by ordinal, or bases by number.
using PostingSet = Roaring;

// In Roaring's portable format (its "RoaringFormatSpec"), so that other
// programs can read it: little-endian, about 2 bytes a member.
std::string PostingSetToBytes(PostingSet set);
// DATA_LOSS if the bytes are not what PostingSetToBytes makes.
absl::StatusOr<PostingSet> PostingSetFromBytes(absl::string_view bytes);

}  // namespace rollcall::collector
