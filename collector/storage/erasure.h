// What a batch of deletions took out of the store, for a proof of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// What was taken out of one table.
struct ErasedKeys {
  absl::string_view table;
  int64_t deleted = 0;
  // Values that stay, and of which a part was taken out.
  int64_t changed = 0;
  // Over the keys that were deleted, in order, each with its length before it
  // as four bytes, most significant first; 64 hex digits.
  std::string sha256;
};

// By table, in the order of AllTables(); a key that is in the batch several
// times counts once, as its last operation. Pure.
std::vector<ErasedKeys> CountErased(const Batch& batch);

// Adds the deletion of every key that begins with `prefix`, which is not empty.
absl::Status DeletePrefix(const Reader& reader, TableId table,
                          const std::string& prefix, Batch& batch);

}  // namespace rollcall::collector
