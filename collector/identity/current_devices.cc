#include "collector/identity/current_devices.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/device_moves.h"
#include "collector/identity/link_tables.h"
#include "collector/identity/tables.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<LinkedDevice> CurrentDeviceOf(const Reader& reader,
                                             SubjectId subject) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                            kSubjectTable.Get(reader, {subject}));
  if (!record.has_value()) {
    return absl::NotFoundError(absl::StrCat("no subject ", subject.ToHex()));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto link, ReadLink(reader, subject));
  ROLLCALL_ASSIGN_OR_RETURN(const DeviceId device,
                            CurrentDevice(*record, link));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto found, Subjects().FindDevice(reader, device, KnownStamp::Max()));
  if (!found.has_value()) {
    return absl::DataLossError(
        absl::StrCat("subject ", subject.ToHex(), " belongs to device ",
                     device.ToHex(), ", which does not have it"));
  }
  return *std::move(found);
}

absl::StatusOr<std::vector<LinkedDevice>> DevicesOfSeveral(
    const Reader& reader) {
  std::set<DeviceId> joined;
  auto links = kSubjectLinkTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, links.Next());
    if (!entry.has_value()) break;
    const auto device = DeviceId::FromBytes(entry->value.device_id());
    if (device.has_value()) joined.insert(*device);
  }
  std::vector<LinkedDevice> result;
  for (const DeviceId& device : joined) {
    ROLLCALL_ASSIGN_OR_RETURN(
        auto found, Subjects().FindDevice(reader, device, KnownStamp::Max()));
    if (found.has_value() && found->subjects.size() > 1) {
      result.push_back(*std::move(found));
    }
  }
  return result;
}

}  // namespace rollcall::collector
