#include "collector/registers/register_plan.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"

namespace rollcall::collector {
namespace {

// The serialised line without what the import adds to it. ExpectedDevice has no
// maps, so that equal lines serialise alike.
std::string Statement(v1::ExpectedDevice device) {
  device.clear_register_();
  device.clear_change_set_id();
  device.clear_known_time();
  device.clear_status_known_time();
  device.clear_source_line();
  return device.SerializeAsString();
}

std::string TagOf(const v1::ExpectedDevice& device) {
  return absl::AsciiStrToLower(device.asset_tag());
}

void PlanRemovals(const ExpectedDeviceFile& file,
                  absl::Span<const v1::ExpectedDevice> current,
                  RegisterPlan& plan) {
  absl::flat_hash_set<std::string> named;
  for (const v1::ExpectedDevice& line : file.good) named.insert(TagOf(line));
  for (const BadRegisterLine& line : file.bad) {
    if (line.asset_tag.empty()) return;
    named.insert(line.asset_tag);
  }
  for (const v1::ExpectedDevice& device : current) {
    if (!named.contains(TagOf(device))) plan.removed.push_back(device);
  }
}

}  // namespace

RegisterPlan PlanRegister(const ExpectedDeviceFile& file,
                          absl::Span<const v1::ExpectedDevice> current) {
  absl::flat_hash_map<std::string, const v1::ExpectedDevice*> by_tag;
  for (const v1::ExpectedDevice& device : current) {
    by_tag[TagOf(device)] = &device;
  }
  RegisterPlan plan;
  for (const v1::ExpectedDevice& line : file.good) {
    const auto known = by_tag.find(TagOf(line));
    if (known == by_tag.end()) {
      ++plan.added_count;
    } else if (Statement(*known->second) != Statement(line)) {
      ++plan.changed_count;
    } else {
      ++plan.unchanged_count;
      continue;
    }
    plan.states.push_back(line);
  }
  PlanRemovals(file, current, plan);
  return plan;
}

}  // namespace rollcall::collector
