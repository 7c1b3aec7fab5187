// What people correct about identities.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/identity/device_moves.h"
#include "collector/storage/committer.h"
#include "collector/storage/request_table.h"
#include "common/random.h"
#include "rollcall/v1/identity_service.pb.h"

namespace rollcall::collector {

// Each method does what IdentityService says of it, in one change: all of it or
// nothing. `principal` becomes the event's actor. Thread-safe. Blocking. All
// references outlive it.
class IdentityEdits {
 public:
  IdentityEdits(const Engine& engine, Committer& committer, Random& random)
      : engine_(engine), committer_(committer), random_(random) {}

  absl::StatusOr<v1::MergeDevicesResponse> MergeDevices(
      const v1::MergeDevicesRequest& request, absl::string_view principal);
  absl::StatusOr<v1::SplitDeviceResponse> SplitDevice(
      const v1::SplitDeviceRequest& request, absl::string_view principal);
  absl::StatusOr<v1::UndoIdentityEventResponse> UndoIdentityEvent(
      const v1::UndoIdentityEventRequest& request, absl::string_view principal);

 private:
  // Says what to move, from the store as it is in the change.
  using Plan = std::function<absl::StatusOr<MoveEvent>(const Reader& reader)>;
  // Completes the event, and writes what belongs to it.
  using Finish = std::function<void(v1::IdentityEvent& event, Batch& batch)>;
  // Writes the moves of `plan` with their event.
  template <typename Response>
  absl::StatusOr<Response> Apply(const RepeatableRequest& repeatable,
                                 const Plan& plan, const Finish& finish);

  const Engine& engine_;
  Committer& committer_;
  Random& random_;
};

}  // namespace rollcall::collector
