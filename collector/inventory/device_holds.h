// Holding devices, for a court or an audit.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/inventory/device_directory.h"
#include "collector/inventory/fleet.h"
#include "collector/storage/committer.h"
#include "collector/storage/request_table.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {

// What the device is held by now, oldest first: the holds that are on any of
// its subjects. Thread-safe.
absl::StatusOr<std::vector<v1::DeviceHold>> HoldsOn(const Reader& reader,
                                                    const DeviceEntry& device);
// FAILED_PRECONDITION while it is held; says by whom, since when and why.
absl::Status CheckNotHeld(const Reader& reader, const DeviceEntry& device);

// Puts, ends and lists holds, as device_service.proto says. Thread-safe.
// Blocking. All arguments outlive it.
class DeviceHolds {
 public:
  DeviceHolds(const FleetSources& sources, Committer& committer)
      : sources_(sources), committer_(committer) {}

  absl::StatusOr<v1::HoldDeviceResponse> HoldDevice(
      const v1::HoldDeviceRequest& request, absl::string_view principal);
  absl::StatusOr<v1::ReleaseDeviceResponse> ReleaseDevice(
      const v1::ReleaseDeviceRequest& request, absl::string_view principal);
  absl::StatusOr<v1::ListHoldsResponse> ListHolds(
      const v1::ListHoldsRequest& request) const;

 private:
  // The device that the text names, by its id.
  absl::StatusOr<DeviceId> Resolve(absl::string_view text) const;
  // The device as it is now.
  absl::StatusOr<DeviceEntry> Now(const Reader& reader, DeviceId device) const;

  // Adds the devices that it is on.
  absl::Status AddCurrentDevices(v1::DeviceHold& hold) const;

  // Adds the writes; fills the hold that is answered.
  using Work =
      std::function<absl::Status(KnownStamp stamp, const Reader& reader,
                                 Batch& batch, v1::DeviceHold& hold)>;
  // Does the work in one change and keeps its answer, unless that was given
  // before.
  template <typename Response>
  absl::StatusOr<Response> Apply(const RepeatableRequest& repeatable,
                                 const Work& work);

  const FleetSources& sources_;
  Committer& committer_;
};

}  // namespace rollcall::collector
