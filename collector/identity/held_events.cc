#include "collector/identity/held_events.h"

#include <set>

#include "collector/identity/current_devices.h"
#include "collector/identity/device_moves.h"
#include "collector/identity/subjects.h"
#include "collector/storage/hold_table.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<bool> IsDeviceHeld(const Reader& reader, DeviceId device) {
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto found,
      Subjects().FindDevice(reader, device, KnownStamp::Max()));
  if (!found.has_value()) return false;
  return IsAnyHeld(reader, found->subjects);
}

absl::Status AddDeviceOf(const Reader& reader, SubjectId subject,
                         std::set<DeviceId>& devices) {
  const auto device = CurrentDeviceOf(reader, subject);
  if (absl::IsNotFound(device.status())) return absl::OkStatus();
  if (!device.ok()) return device.status();
  devices.insert(device->device);
  return absl::OkStatus();
}

absl::StatusOr<bool> IsEventHeld(const Reader& reader,
                                 const v1::IdentityEvent& event) {
  ROLLCALL_ASSIGN_OR_RETURN(const bool any, IsAnythingHeld(reader));
  if (!any) return false;
  std::set<DeviceId> devices = DevicesOf(event);
  for (const v1::SubjectMove& move : event.moves()) {
    if (const auto subject = SubjectId::FromHex(move.subject_id())) {
      ROLLCALL_RETURN_IF_ERROR(AddDeviceOf(reader, *subject, devices));
    }
  }
  for (const DeviceId device : devices) {
    ROLLCALL_ASSIGN_OR_RETURN(const bool held, IsDeviceHeld(reader, device));
    if (held) return true;
  }
  return false;
}

}  // namespace rollcall::collector
