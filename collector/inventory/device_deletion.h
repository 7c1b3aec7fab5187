// Deleting devices.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/inventory/device_eraser.h"
#include "collector/inventory/fleet.h"
#include "collector/storage/committer.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/request_table.h"
#include "rollcall/stored/v1/deletion.pb.h"
#include "rollcall/stored/v1/inventory.pb.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {

// What it works with; all outlive it.
struct DeletionDeps {
  const FleetSources& sources;
  Engine& engine;
  Committer& committer;
  // Gives a stamp for each subject beyond the first.
  HybridClock& clock;
  LastSeenTracker& last_seen;
  DeviceEraser& eraser;
};

// Thread-safe.
class DeviceDeletion {
 public:
  explicit DeviceDeletion(const DeletionDeps& deps) : deps_(deps) {}

  // Does what DeviceService.DeleteDevice says, in one change: all of it or
  // nothing. Fleet rows and bases stay until ContentCollector finds that
  // nothing else uses them. Blocking.
  absl::StatusOr<v1::DeleteDeviceResponse> DeleteDevice(
      const v1::DeleteDeviceRequest& request, absl::string_view principal);

 private:
  // What was read ahead of the change.
  struct Plan {
    DeviceEntry device;
    // What DeviceEraser::FindPast said.
    std::set<DeviceId> past;
    std::vector<stored::v1::Head> heads;
    stored::v1::DeletionRecord record;
  };
  absl::StatusOr<Plan> MakePlan(const v1::DeleteDeviceRequest& request,
                                absl::string_view principal) const;
  absl::Status Build(const Plan& plan, KnownStamp stamp, const Reader& reader,
                     Writes& writes, v1::DeleteDeviceResponse& response) const;
  absl::Status EraseSubjects(const Plan& plan, const Reader& reader,
                             Batch& batch) const;
  absl::StatusOr<KnownStamp> PutChanges(const Plan& plan, KnownStamp stamp,
                                        Batch& batch) const;
  absl::StatusOr<v1::DeleteDeviceResponse> Try(
      const v1::DeleteDeviceRequest& request,
      const RepeatableRequest& repeatable, absl::string_view principal);

  const DeletionDeps& deps_;
};

}  // namespace rollcall::collector
