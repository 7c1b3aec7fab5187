// Every layer of virtualisation above and beneath the operating system.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/sources/cpu_info.h"
#include "agent/sources/source.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall {

struct VirtualizationFacts {
  // Sorted by kind and technology; evidence sorted.
  std::vector<v1::VirtualizationLayer> layers;
  // The technology of the hypervisor right beneath the kernel, for example
  // "kvm"; absent if there is none, or none that can be named.
  std::optional<std::string> hypervisor;
};

// Looks at everything. What could not be read goes into `report`.
VirtualizationFacts DetectVirtualization(const CollectContext& context,
                                         const CpuInfo& info,
                                         SourceReport* report);

// The name of a hypervisor technology's maker as it is commonly shown, for
// example "KVM" for "kvm" and "Oracle" for "virtualbox".
std::string HypervisorName(absl::string_view technology);

}  // namespace rollcall
