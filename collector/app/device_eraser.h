// Deleting devices as inventory asks for it, done by identity.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/identity/device_erasure.h"
#include "collector/inventory/device_eraser.h"

namespace rollcall::collector {

// Thread-safe.
class IdentityDeviceEraser final : public DeviceEraser {
 public:
  // Ends the streams of an agent.
  using Ender = std::function<void(AgentId agent)>;

  // Called once, before anybody deletes.
  void SetEnder(Ender ender) { ender_ = std::move(ender); }

  std::vector<std::string> NamesOf(const DeviceEntry& device) const override {
    return NamesOfErasure(ToErased(device));
  }
  absl::StatusOr<std::set<DeviceId>> FindPast(
      const DeviceEntry& device, const Reader& reader) const override {
    return collector::FindPast(ToErased(device).subjects, reader);
  }
  absl::Status Erase(const DeviceEntry& device, const std::set<DeviceId>& past,
                     const Reader& reader, Batch& batch) const override {
    ErasedDevice erased = ToErased(device);
    erased.ever_of = past;
    return EraseDevice(erased, reader, batch);
  }
  void OnErased(const DeviceEntry& device) override {
    if (ender_ == nullptr) return;
    for (const AgentId agent : ToErased(device).agents) ender_(agent);
  }

 private:
  static ErasedDevice ToErased(const DeviceEntry& device) {
    ErasedDevice erased = {device.device, {}, {}, {}};
    for (const DeviceSubject& subject : device.subjects) {
      erased.subjects.push_back(subject.subject);
      erased.agents.insert(erased.agents.end(), subject.agents.begin(),
                           subject.agents.end());
    }
    return erased;
  }

  Ender ender_;
};

}  // namespace rollcall::collector
