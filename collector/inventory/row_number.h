// Numbers that stand for fleet rows within one store: what sets are kept in,
// since ids of 16 random bytes cannot be compressed. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/inventory/sorted_set.h"

namespace rollcall::collector {

// Given by RowDirectory, once per row, and never to another. 0 is no row.
using RowNumber = uint32_t;

// A set of rows: numbers ascending without repetition.
using RowNumbers = std::vector<RowNumber>;

// Numbers in ascending order as the differences between them, each as a
// protobuf varint: about 2 bytes for a row of a set, where ids take 16.
// REQUIRES: ascending, without repetition, without 0.
std::string PackNumbers(absl::Span<const RowNumber> numbers);
// How many numbers these bytes pack.
size_t CountNumbers(absl::string_view bytes);
// DATA_LOSS if the bytes are not what PackNumbers makes.
absl::StatusOr<RowNumbers> UnpackNumbers(absl::string_view bytes);

}  // namespace rollcall::collector
