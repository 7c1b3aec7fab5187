#include "collector/registers/expected_device_table.h"

#include <utility>

#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

KeyWriter RegisterPrefix(absl::string_view register_name) {
  KeyWriter prefix;
  if (!register_name.empty()) prefix.Text(register_name);
  return prefix;
}

auto StartWalk(const Reader& reader, absl::string_view register_name,
               const std::optional<ExpectedDeviceKey>& after) {
  if (!after.has_value()) {
    return kExpectedDeviceTable.ScanPrefix(reader,
                                           RegisterPrefix(register_name));
  }
  // Stamps descend, so that the zero stamp is behind all states.
  ExpectedDeviceKey from = *after;
  from.stamp = KnownStamp();
  return kExpectedDeviceTable.ScanFrom(reader, from,
                                       RegisterPrefix(register_name));
}

}  // namespace

ExpectedDeviceWalk::ExpectedDeviceWalk(
    const Reader& reader, KnownStamp as_of, absl::string_view register_name,
    const std::optional<ExpectedDeviceKey>& after)
    : as_of_(as_of), entries_(StartWalk(reader, register_name, after)) {}

absl::StatusOr<std::optional<KnownExpectedDevice>> ExpectedDeviceWalk::Next() {
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, TakeEntry());
    if (!entry.has_value()) return std::optional<KnownExpectedDevice>();
    if (entry->key.stamp > as_of_) continue;
    v1::ExpectedDevice device = std::move(*entry->value.mutable_device());
    ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp since,
                              PassOlder(entry->key, device.status()));
    if (entry->value.removed()) continue;
    *device.mutable_known_time() = ToProto(entry->key.stamp.time());
    *device.mutable_status_known_time() = ToProto(since.time());
    return std::optional<KnownExpectedDevice>({entry->key, std::move(device)});
  }
}

absl::StatusOr<std::optional<ExpectedDeviceWalk::Entry>>
ExpectedDeviceWalk::TakeEntry() {
  if (passed_.has_value()) return std::exchange(passed_, std::nullopt);
  return entries_.Next();
}

absl::StatusOr<KnownStamp> ExpectedDeviceWalk::PassOlder(
    const ExpectedDeviceKey& newest, const std::string& status) {
  KnownStamp since = newest.stamp;
  bool unbroken = true;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(passed_, entries_.Next());
    if (!passed_.has_value() || !passed_->key.SameDevice(newest)) return since;
    unbroken = unbroken && !passed_->value.removed() &&
               passed_->value.device().status() == status;
    if (unbroken) since = passed_->key.stamp;
  }
}

absl::StatusOr<std::vector<v1::ExpectedDevice>> AllExpectedDevices(
    const Reader& reader, KnownStamp as_of, absl::string_view register_name) {
  std::vector<v1::ExpectedDevice> all;
  ExpectedDeviceWalk walk(reader, as_of, register_name);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
    if (!next.has_value()) return all;
    all.push_back(std::move(next->device));
  }
}

}  // namespace rollcall::collector
