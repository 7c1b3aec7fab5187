// The devices that a test adds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "collector/inventory/device_directory.h"

namespace rollcall::testing {

// Not thread-safe while devices are added. A device is known from its first
// subject's first report on.
class FakeDeviceDirectory final : public collector::DeviceDirectory {
 public:
  void Add(DeviceId device, SubjectId subject, absl::Time first_seen) {
    collector::DeviceEntry& entry = devices_[device];
    entry.device = device;
    entry.subjects.push_back({subject, {}, first_seen});
  }
  void SetClass(DeviceId device, const std::string& name) {
    classes_[device] = name;
  }
  // What is stored of the subject cannot be read.
  void Damage(SubjectId subject) { damaged_ = subject; }
  // The subject is gone once it was asked for again.
  void ForgetAfterNextLook(SubjectId subject) { forgotten_ = subject; }

  absl::StatusOr<std::vector<collector::DeviceEntry>> ListDevices(
      const collector::Reader&, collector::KnownStamp as_of) const override {
    std::vector<collector::DeviceEntry> entries;
    for (const auto& [id, entry] : devices_) {
      if (WasThere(entry, as_of)) entries.push_back(entry);
    }
    return entries;
  }
  absl::StatusOr<std::vector<collector::DeviceEntry>> ListDevicesAfter(
      const collector::Reader&, DeviceId after, size_t most,
      collector::KnownStamp as_of) const override {
    std::vector<collector::DeviceEntry> entries;
    for (const auto& [id, entry] : devices_) {
      if (after < id && entries.size() < most && WasThere(entry, as_of)) {
        entries.push_back(entry);
      }
    }
    return entries;
  }
  absl::StatusOr<std::optional<collector::DeviceEntry>> FindDevice(
      const collector::Reader&, DeviceId device,
      collector::KnownStamp as_of) const override {
    const auto it = devices_.find(device);
    if (it == devices_.end() || !WasThere(it->second, as_of)) {
      return std::optional<collector::DeviceEntry>();
    }
    return std::optional<collector::DeviceEntry>(it->second);
  }
  absl::StatusOr<collector::DeviceEntry> DeviceOf(
      const collector::Reader&, SubjectId subject) const override {
    if (subject == damaged_) return absl::DataLossError("a damaged subject");
    if (subject == forgotten_ && std::exchange(looked_at_forgotten_, true)) {
      return absl::NotFoundError("no such subject");
    }
    for (const auto& [id, entry] : devices_) {
      for (const collector::DeviceSubject& one : entry.subjects) {
        if (one.subject == subject) return entry;
      }
    }
    return absl::NotFoundError("no such subject");
  }
  absl::StatusOr<std::string> ClassOf(
      const collector::Reader&,
      const collector::DeviceEntry& device) const override {
    const auto it = classes_.find(device.device);
    return it == classes_.end() ? "" : it->second;
  }
  absl::StatusOr<std::vector<v1::AgentRevocation>> RevocationsOf(
      const collector::Reader&, const collector::DeviceEntry&) const override {
    return std::vector<v1::AgentRevocation>();
  }
  absl::StatusOr<std::string> WhereItWent(
      const collector::Reader&, absl::string_view,
      collector::KnownStamp) const override {
    return "";
  }
  absl::StatusOr<std::vector<collector::DeviceEntry>> ListDevicesOfSeveral(
      const collector::Reader&) const override {
    std::vector<collector::DeviceEntry> entries;
    for (const auto& [id, entry] : devices_) {
      if (entry.subjects.size() > 1) entries.push_back(entry);
    }
    return entries;
  }

 private:
  static bool WasThere(const collector::DeviceEntry& entry,
                       collector::KnownStamp as_of) {
    return entry.subjects[0].first_seen <= as_of.time();
  }
  std::map<DeviceId, collector::DeviceEntry> devices_;
  std::map<DeviceId, std::string> classes_;
  std::optional<SubjectId> damaged_;
  std::optional<SubjectId> forgotten_;
  mutable bool looked_at_forgotten_ = false;
};

}  // namespace rollcall::testing
