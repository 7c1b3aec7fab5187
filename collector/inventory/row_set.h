// Sets of row ids (sorted_set.h) and their bytes. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/inventory/based_set.h"
#include "common/id.h"

namespace rollcall::collector {

// Ids ascending without repetition.
using RowSet = std::vector<RowId>;

// 16 bytes an id, concatenated.
std::string PackIds(absl::Span<const RowId> ids);
// INVALID_ARGUMENT if the bytes are not whole ids in ascending order without
// repetition.
absl::StatusOr<RowSet> UnpackIds(absl::string_view bytes);

// As ComputeSectionRoot (common/rows.h). Copies nothing where little differs
// from the base.
RootId SectionRootOf(const BasedSet<RowId>& ids);

}  // namespace rollcall::collector
