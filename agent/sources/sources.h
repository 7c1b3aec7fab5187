// The factories of all sources, one for each file; registry.cc lists them.
#pragma once

#include <memory>

#include "agent/sources/source.h"

namespace rollcall {

std::unique_ptr<Source> MakeOsSource();
std::unique_ptr<Source> MakeSystemSource();
std::unique_ptr<Source> MakeCpuSource();
std::unique_ptr<Source> MakeMemorySource();
std::unique_ptr<Source> MakeDiskSource();
std::unique_ptr<Source> MakeNetworkSource();
std::unique_ptr<Source> MakeVirtualizationSource();

// Which sections of Debian packages to state; at least one.
struct DpkgSections {
  bool software = true;
  bool install = true;
};
std::unique_ptr<Source> MakeDpkgSource(const DpkgSections& sections);

}  // namespace rollcall
