// Devices as inventory asks for them, answered by identity.
#pragma once

#include <string>

#include "collector/identity/subjects.h"
#include "collector/inventory/device_directory.h"

namespace rollcall::collector {

// Thread-safe. `subjects` outlives it.
class SubjectDeviceDirectory final : public DeviceDirectory {
 public:
  explicit SubjectDeviceDirectory(const Subjects& subjects)
      : subjects_(subjects) {}

  absl::StatusOr<std::vector<DeviceEntry>> ListDevices(
      const Reader& reader, KnownStamp as_of) const override;
  absl::StatusOr<std::vector<DeviceEntry>> ListDevicesAfter(
      const Reader& reader, DeviceId after, size_t most,
      KnownStamp as_of) const override;
  absl::StatusOr<std::optional<DeviceEntry>> FindDevice(
      const Reader& reader, DeviceId device, KnownStamp as_of) const override;
  absl::StatusOr<DeviceEntry> DeviceOf(const Reader& reader,
                                       SubjectId subject) const override;
  // Out of the records of enrolments.
  absl::StatusOr<std::string> ClassOf(const Reader& reader,
                                      const DeviceEntry& device) const override;
  absl::StatusOr<std::vector<v1::AgentRevocation>> RevocationsOf(
      const Reader& reader, const DeviceEntry& device) const override;
  absl::StatusOr<std::string> WhereItWent(const Reader& reader,
                                          absl::string_view id,
                                          KnownStamp as_of) const override;
  absl::StatusOr<std::vector<DeviceEntry>> ListDevicesOfSeveral(
      const Reader& reader) const override;

 private:
  const Subjects& subjects_;
};

}  // namespace rollcall::collector
