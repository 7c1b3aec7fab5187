// Recomputes what inventory derives from what it derives it from.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/inventory/posting_keeper.h"
#include "collector/inventory/subject_state.h"
#include "rollcall/v1/store_service.pb.h"

namespace rollcall::collector {

// Checks a kind of data that inventory knows nothing of, as it is in `reader`.
// `stop` and errors are as for CheckStore. Thread-safe.
using PartCheck = std::function<absl::StatusOr<v1::StoreCheck>(
    const Reader& reader, const std::function<bool()>& stop)>;

// Compares, in this order: the ids of rows with their bytes, row numbers with
// rows, the roots of bases with their rows, the roots of heads with theirs,
// postings with heads, and what `others` compare. A part that cannot be read to
// its end has a difference that says so. Reads the store as it is at the start;
// blocking, for as long as the store is large. `stop` is asked now and then;
// once it is true the rest is left out and CANCELLED returned.
absl::StatusOr<std::vector<v1::StoreCheck>> CheckStore(
    const Engine& engine, PostingKeeper& postings,
    const std::vector<PartCheck>& others, const std::function<bool()>& stop);

}  // namespace rollcall::collector
