// What else must go where a device is deleted: what inventory must have done by
// identity, declared here and implemented there.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/inventory/device_directory.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// Implementations are thread-safe.
class DeviceEraser {
 public:
  virtual ~DeviceEraser() = default;
  // The names (Change::names) of a change that erases the device.
  virtual std::vector<std::string> NamesOf(const DeviceEntry& device) const = 0;
  // The devices that its subjects ever belonged to, and where those went that
  // were there too. Reads much, so that it is asked for ahead of the change.
  virtual absl::StatusOr<std::set<DeviceId>> FindPast(
      const DeviceEntry& device, const Reader& reader) const = 0;
  // Adds the writes that erase it; `past` is what FindPast said. ABORTED if
  // other subjects belong to it by now, FAILED_PRECONDITION if a hold on
  // another device forbids it. REQUIRES: the device itself is not held.
  virtual absl::Status Erase(const DeviceEntry& device,
                             const std::set<DeviceId>& past,
                             const Reader& reader, Batch& batch) const = 0;
  // It is gone, durably: ends what its agents have open.
  virtual void OnErased(const DeviceEntry& device) = 0;
};

}  // namespace rollcall::collector
