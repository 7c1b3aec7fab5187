// Sets of row ids as sorted vectors and as stored bytes. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/id.h"

namespace rollcall::collector {

// Ids ascending without repetition.
using RowSet = std::vector<RowId>;

// 16 bytes an id, concatenated.
std::string PackIds(absl::Span<const RowId> ids);
// INVALID_ARGUMENT if the bytes are not whole ids in ascending order without
// repetition.
absl::StatusOr<RowSet> UnpackIds(absl::string_view bytes);

// `a` without the ids of `b`.
RowSet Minus(const RowSet& a, const RowSet& b);
// The ids of both.
RowSet Union(const RowSet& a, const RowSet& b);

}  // namespace rollcall::collector
