// The proofs of devices that were deleted.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "common/clock.h"
#include "common/id.h"
#include "rollcall/stored/v1/deletion.pb.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {

// A deletion: the stamp of the change with all its bits flipped, then the first
// 8 bytes of the device's id. The newest comes first.
using DeletionId = Id<struct DeletionIdTag>;

DeletionId MakeDeletionId(KnownStamp stamp, DeviceId device);
KnownStamp StampOf(DeletionId deletion);

struct DeletionKey {
  DeletionId deletion;
  void Encode(KeyWriter& writer) const { writer.AddId(deletion); }
  static DeletionKey Decode(KeyReader& reader) {
    return {reader.TakeId<DeletionId>()};
  }
};

inline constexpr Table<DeletionKey, stored::v1::DeletionRecord> kDeletionTable(
    TableId::kDeletion);

// FAILED_PRECONDITION if a device was deleted since `as_of` that was known
// then: what was counted then cannot be counted again.
absl::Status CheckNothingDeletedSince(const Reader& reader, KnownStamp as_of);

// Answers and completes proofs. Thread-safe. Blocking. All arguments outlive
// it.
class Deletions {
 public:
  Deletions(const Engine& engine, Committer& committer, const Clock& clock)
      : engine_(engine), committer_(committer), clock_(clock) {}

  // As device_service.proto says.
  absl::StatusOr<v1::GetDeletionResponse> GetDeletion(
      const v1::GetDeletionRequest& request) const;
  absl::StatusOr<v1::ListDeletionsResponse> ListDeletions(
      const v1::ListDeletionsRequest& request) const;

  // Tells the proofs of deletions up to `collected_up_to` (collection.h) what
  // was collected; returns how many were told.
  absl::StatusOr<int> Complete(KnownStamp collected_up_to);

 private:
  absl::StatusOr<std::optional<v1::DeletionProof>> FindByDevice(
      DeviceId device) const;
  absl::Status CompleteOne(const DeletionKey& key,
                           stored::v1::DeletionRecord record);

  const Engine& engine_;
  Committer& committer_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
