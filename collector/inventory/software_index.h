// The fleet's software rows by name and by product.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/inventory/product_lookup.h"
#include "collector/inventory/row_number.h"
#include "collector/storage/engine.h"
#include "common/id.h"
#include "common/sync.h"

namespace rollcall::collector {

inline constexpr char kSoftwareSection[] = "software";

// A software row of the store.
struct IndexedSoftware {
  RowNumber number = 0;
  RowId id;
};

// What the index knows of a question.
struct SoftwareRows {
  std::vector<IndexedSoftware> rows;
  // Numbers whose row is not in the store, of whatever section it was. Of the
  // last number given, a collection may leave only the number; a row that
  // anybody has is lost.
  std::vector<IndexedSoftware> missing;
};

// Thread-safe. Keeps about 100 bytes a row in memory and reads only rows that
// came since it was asked last: numbers ascend. Rows that were collected since,
// which nobody has, stay in it until it has twice as many as it kept when it
// last forgot some.
class SoftwareIndex {
 public:
  // `products` outlives it and recognises a row in the same way for ever. Below
  // `fewest` rows none is forgotten.
  explicit SoftwareIndex(const ProductLookup& products, size_t fewest = 10'000)
      : products_(products), fewest_(fewest), forget_at_(fewest) {}

  // All rows that the store has as of `reader`, and perhaps more.
  // DATA_LOSS if a row is damaged.
  absl::StatusOr<SoftwareRows> All(const Reader& reader);
  // Those that may have the name (exactly) or, if it is empty, the product (in
  // lower case): the caller looks at each.
  absl::StatusOr<SoftwareRows> Candidates(const Reader& reader,
                                          absl::string_view name,
                                          absl::string_view product);

 private:
  absl::Status Refresh(const Reader& reader)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Add(const Reader& reader, RowNumber number, RowId id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets rows whose numbers are not in the store any more. `reader` must
  // have all numbers up to last_.
  absl::Status Forget(const Reader& reader)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ProductLookup& products_;
  const size_t fewest_;
  Mutex mutex_;
  RowNumber last_ ABSL_GUARDED_BY(mutex_) = 0;
  // With how many rows some are forgotten next.
  size_t forget_at_ ABSL_GUARDED_BY(mutex_);
  std::vector<IndexedSoftware> rows_ ABSL_GUARDED_BY(mutex_);
  std::vector<IndexedSoftware> missing_ ABSL_GUARDED_BY(mutex_);
  // Places in rows_, by hash.
  absl::flat_hash_map<size_t, std::vector<size_t>> by_name_
      ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<size_t, std::vector<size_t>> by_product_
      ABSL_GUARDED_BY(mutex_);
};

// The error of a missing row that somebody has.
absl::Status LostRow(const IndexedSoftware& row);

}  // namespace rollcall::collector
