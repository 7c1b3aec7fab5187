// Which subjects make up which device: what inventory must know of identity,
// declared here and implemented there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/id.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {

// A subject as far as device queries need it.
struct DeviceSubject {
  SubjectId subject;
  // The agents of its lineage, oldest first.
  std::vector<AgentId> agents;
  absl::Time first_seen;
};

// A device and the subjects whose reports belong to it, ordered by subject.
struct DeviceEntry {
  DeviceId device;
  std::vector<DeviceSubject> subjects;
};

// Implementations are thread-safe.
class DeviceDirectory {
 public:
  virtual ~DeviceDirectory() = default;
  // All devices that had a subject as known at `as_of`, ordered by device.
  virtual absl::StatusOr<std::vector<DeviceEntry>> ListDevices(
      const Reader& reader, KnownStamp as_of) const = 0;
  // The first `most` of them after `after`, without reading all.
  virtual absl::StatusOr<std::vector<DeviceEntry>> ListDevicesAfter(
      const Reader& reader, DeviceId after, size_t most,
      KnownStamp as_of) const = 0;
  // One of them, or nothing.
  virtual absl::StatusOr<std::optional<DeviceEntry>> FindDevice(
      const Reader& reader, DeviceId device, KnownStamp as_of) const = 0;
  // The device that a subject belongs to now. NOT_FOUND if there is none.
  virtual absl::StatusOr<DeviceEntry> DeviceOf(const Reader& reader,
                                               SubjectId subject) const = 0;
  // The class that the device was enrolled as; of several, that of the subject
  // which came last of those that have one. Empty if none has.
  virtual absl::StatusOr<std::string> ClassOf(
      const Reader& reader, const DeviceEntry& device) const = 0;
  // Those of its agents that are turned away, in the order of its subjects.
  virtual absl::StatusOr<std::vector<v1::AgentRevocation>> RevocationsOf(
      const Reader& reader, const DeviceEntry& device) const = 0;
  // What people are told of an id, or the first digits of one, that no device
  // has as known at `as_of`: where its subjects went. Empty if it never had
  // any.
  virtual absl::StatusOr<std::string> WhereItWent(const Reader& reader,
                                                  absl::string_view id,
                                                  KnownStamp as_of) const = 0;
  // Devices that more than one subject belongs to now, ordered by device.
  virtual absl::StatusOr<std::vector<DeviceEntry>> ListDevicesOfSeveral(
      const Reader& reader) const = 0;
};

}  // namespace rollcall::collector
