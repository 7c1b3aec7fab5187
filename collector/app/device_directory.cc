#include "collector/app/device_directory.h"

#include <algorithm>
#include <utility>

#include "collector/identity/current_devices.h"
#include "collector/identity/enrolment_tables.h"
#include "collector/identity/merged_devices.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

DeviceEntry ToEntry(LinkedDevice linked) {
  DeviceEntry entry = {linked.device, {}};
  for (LinkedSubject& subject : linked.subjects) {
    entry.subjects.push_back(
        {subject.subject, std::move(subject.agents), subject.first_seen});
  }
  return entry;
}

std::vector<DeviceEntry> ToEntries(std::vector<LinkedDevice> linked) {
  std::vector<DeviceEntry> entries;
  entries.reserve(linked.size());
  for (LinkedDevice& device : linked) {
    entries.push_back(ToEntry(std::move(device)));
  }
  return entries;
}

}  // namespace

absl::StatusOr<std::vector<DeviceEntry>> SubjectDeviceDirectory::ListDevices(
    const Reader& reader, KnownStamp as_of) const {
  ROLLCALL_ASSIGN_OR_RETURN(auto linked, subjects_.ListDevices(reader, as_of));
  return ToEntries(std::move(linked));
}

absl::StatusOr<std::vector<DeviceEntry>>
SubjectDeviceDirectory::ListDevicesAfter(const Reader& reader, DeviceId after,
                                         size_t most, KnownStamp as_of) const {
  ROLLCALL_ASSIGN_OR_RETURN(
      auto linked, subjects_.ListDevicesAfter(reader, after, most, as_of));
  return ToEntries(std::move(linked));
}

absl::StatusOr<std::optional<DeviceEntry>> SubjectDeviceDirectory::FindDevice(
    const Reader& reader, DeviceId device, KnownStamp as_of) const {
  ROLLCALL_ASSIGN_OR_RETURN(auto linked,
                            subjects_.FindDevice(reader, device, as_of));
  if (!linked.has_value()) return std::optional<DeviceEntry>();
  return std::optional<DeviceEntry>(ToEntry(*std::move(linked)));
}

absl::StatusOr<DeviceEntry> SubjectDeviceDirectory::DeviceOf(
    const Reader& reader, SubjectId subject) const {
  ROLLCALL_ASSIGN_OR_RETURN(auto linked, CurrentDeviceOf(reader, subject));
  return ToEntry(std::move(linked));
}

absl::StatusOr<std::string> SubjectDeviceDirectory::ClassOf(
    const Reader& reader, const DeviceEntry& device) const {
  std::vector<const DeviceSubject*> newest_first;
  for (const DeviceSubject& subject : device.subjects) {
    newest_first.push_back(&subject);
  }
  std::stable_sort(newest_first.begin(), newest_first.end(),
                   [](const DeviceSubject* a, const DeviceSubject* b) {
                     return a->first_seen > b->first_seen;
                   });
  for (const DeviceSubject* subject : newest_first) {
    for (auto it = subject->agents.rbegin(); it != subject->agents.rend();
         ++it) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto agent,
                                kEnrolledAgentTable.Get(reader, {*it}));
      if (agent.has_value() && !agent->device_class().empty()) {
        return agent->device_class();
      }
    }
  }
  return std::string();
}

absl::StatusOr<std::vector<v1::AgentRevocation>>
SubjectDeviceDirectory::RevocationsOf(const Reader& reader,
                                      const DeviceEntry& device) const {
  std::vector<v1::AgentRevocation> revocations;
  for (const DeviceSubject& subject : device.subjects) {
    for (const AgentId agent : subject.agents) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                                kRevocationTable.Get(reader, {agent}));
      if (!record.has_value()) continue;
      v1::AgentRevocation revocation;
      revocation.set_agent_id(agent.ToHex());
      *revocation.mutable_revoke_time() = record->time();
      revocation.set_revoked_by(record->revoked_by());
      revocation.set_reason(record->reason());
      revocations.push_back(std::move(revocation));
    }
  }
  return revocations;
}

absl::StatusOr<std::string> SubjectDeviceDirectory::WhereItWent(
    const Reader& reader, absl::string_view id, KnownStamp as_of) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto merged, FindMerged(reader, id, as_of));
  return merged.has_value() ? MergedText(*merged) : "";
}

absl::StatusOr<std::vector<DeviceEntry>>
SubjectDeviceDirectory::ListDevicesOfSeveral(const Reader& reader) const {
  ROLLCALL_ASSIGN_OR_RETURN(auto linked, DevicesOfSeveral(reader));
  return ToEntries(std::move(linked));
}

}  // namespace rollcall::collector
