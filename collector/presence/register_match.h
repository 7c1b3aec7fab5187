// One register compared with all that was discovered. Pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "collector/presence/device_matcher.h"
#include "collector/presence/machine_traits.h"
#include "rollcall/v1/device_service.pb.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::collector {

// A device that agents spoke for.
struct DiscoveredDevice {
  v1::Device facts;
  // How long it has been silent, counting only time in which the collector was
  // there.
  absl::Duration silence;
};

MachineTraits TraitsOf(const v1::ExpectedDevice& line);
MachineTraits TraitsOf(const DiscoveredDevice& device);

// Immutable; thread-safe. All arguments outlive it.
class RegisterMatch {
 public:
  // `lines` are all of one register, at least one; `traits` are those of
  // `devices`, in their order.
  RegisterMatch(absl::Span<const v1::ExpectedDevice> lines,
                absl::Span<const DiscoveredDevice> devices,
                absl::Span<const MachineTraits> traits)
      : lines_(lines),
        devices_(devices),
        line_traits_(LineTraits(lines)),
        matcher_(line_traits_, traits) {}

  const std::string& name() const { return lines_[0].register_(); }
  size_t line_count() const { return lines_.size(); }
  const v1::ExpectedDevice& line(size_t place) const { return lines_[place]; }
  const DiscoveredDevice& device(size_t place) const { return devices_[place]; }
  const DeviceMatcher& matcher() const { return matcher_; }

 private:
  static std::vector<MachineTraits> LineTraits(
      absl::Span<const v1::ExpectedDevice> lines);

  const absl::Span<const v1::ExpectedDevice> lines_;
  const absl::Span<const DiscoveredDevice> devices_;
  const std::vector<MachineTraits> line_traits_;
  const DeviceMatcher matcher_;
};

}  // namespace rollcall::collector
