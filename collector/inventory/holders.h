// Who has a fleet row now, found by postings instead of by walking the fleet.
#pragma once

#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "collector/inventory/device_directory.h"
#include "collector/inventory/posting_overlay.h"

namespace rollcall::collector {

// Of several subjects of a device only the one that changed last speaks for it;
// the others hold nothing here. Not thread-safe; make one per question.
//
// All methods: DATA_LOSS if stored bytes are damaged, UNAVAILABLE if the store
// cannot be read.
class Holders {
 public:
  // Both outlive it. `reader` is a snapshot.
  Holders(const Reader& reader, const DeviceDirectory& directory)
      : reader_(reader), directory_(directory), overlay_(reader) {}

  // Reads what is needed for every question. First and once.
  absl::Status Open();

  // Ordinals of the subjects that speak for a device and have the row.
  absl::StatusOr<PostingSet> With(RowNumber row) const;
  // How many devices have each row that any has.
  absl::StatusOr<absl::flat_hash_map<RowNumber, uint64_t>> CountAll() const;
  // The device of a subject. DATA_LOSS if the ordinal is nobody's.
  absl::StatusOr<DeviceEntry> DeviceOf(uint32_t ordinal) const;

 private:
  absl::Status FindSilent(const DeviceEntry& device);

  const Reader& reader_;
  const DeviceDirectory& directory_;
  PostingOverlay overlay_;
  // Subjects that another speaks for.
  PostingSet silent_;
};

}  // namespace rollcall::collector
