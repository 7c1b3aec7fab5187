// Gathering layers of virtualisation from many weak signs. Internal to the
// virtualization source.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "agent/sources/cpu_info.h"
#include "agent/sources/firmware.h"
#include "agent/sources/virtualization.h"

namespace rollcall {

// Not thread-safe.
class VirtualizationLayers {
 public:
  using Kind = v1::VirtualizationLayer::Kind;

  // Adds evidence of a layer. The first technology added as a hypervisor guest
  // counts as the one right beneath the kernel: add what is most certain first.
  void Add(Kind kind, absl::string_view technology, absl::string_view evidence);
  // Evidence of some hypervisor beneath, which does not name it.
  void AddUnnamedGuest(absl::string_view evidence);

  bool Has(Kind kind, absl::string_view technology) const {
    return layers_.count({kind, std::string(technology)}) > 0;
  }

  // Resolves what the evidence means together. Call once, last.
  VirtualizationFacts Finish();

 private:
  // Moves the evidence of guest technology `from` to `to`, if there are both.
  void MergeGuest(absl::string_view from, absl::string_view to);

  std::map<std::pair<Kind, std::string>, std::set<std::string>> layers_;
  std::set<std::string> unnamed_guest_;
  std::string innermost_;
};

// The parts of the search, most certain first.

// s390: the machine always runs below PR/SM, and says what is between.
void DetectS390(const HostFs& fs, VirtualizationLayers* layers,
                SourceReport* report);
// Hypervisor signatures as the CPUID instruction gives them.
void DetectFromSignatures(absl::string_view signatures,
                          VirtualizationLayers* layers);
void DetectXen(const HostFs& fs, VirtualizationLayers* layers,
               SourceReport* report);
// POWER, ARM and RISC-V.
void DetectFromDeviceTree(const HostFs& fs, VirtualizationLayers* layers);
// What virtual firmware calls itself; also names clouds.
void DetectFromFirmware(const FirmwareFacts& facts,
                        VirtualizationLayers* layers);
// /proc/bus/pci/devices: devices that only hypervisors make.
void DetectFromPciDevices(absl::string_view content,
                          VirtualizationLayers* layers);
// Containers.
void DetectContainers(const HostFs& fs, VirtualizationLayers* layers,
                      SourceReport* report);

}  // namespace rollcall
