#include "collector/presence/register_match.h"

#include "absl/strings/ascii.h"

namespace rollcall::collector {

MachineTraits TraitsOf(const v1::ExpectedDevice& line) {
  MachineTraits traits;
  traits.id = absl::AsciiStrToLower(line.asset_tag());
  if (line.has_serial_number()) traits.serial = line.serial_number();
  if (line.has_hostname()) traits.hostname = line.hostname();
  traits.macs.assign(line.macs().begin(), line.macs().end());
  return traits;
}

MachineTraits TraitsOf(const DiscoveredDevice& device) {
  MachineTraits traits;
  traits.id = device.facts.device_id();
  if (device.facts.has_serial_number()) {
    traits.serial = device.facts.serial_number();
  }
  if (device.facts.has_hostname()) traits.hostname = device.facts.hostname();
  traits.macs.assign(device.facts.macs().begin(), device.facts.macs().end());
  return traits;
}

std::vector<MachineTraits> RegisterMatch::LineTraits(
    absl::Span<const v1::ExpectedDevice> lines) {
  std::vector<MachineTraits> traits;
  traits.reserve(lines.size());
  for (const v1::ExpectedDevice& line : lines) {
    traits.push_back(TraitsOf(line));
  }
  return traits;
}

}  // namespace rollcall::collector
