#include "collector/identity/merged_devices.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/identity/current_devices.h"
#include "collector/identity/tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Below, an id's shard is not known.
constexpr size_t kMinDigits = 4;

// That a subject left a device.
struct Departure {
  DeviceId device;
  SubjectId subject;
  KnownStamp stamp;
};

// The edges of all devices in the shard of the ids that begin so; nothing if no
// id does.
std::optional<KeyWriter> ShardPrefix(absl::string_view digits) {
  if (digits.size() < kMinDigits) return std::nullopt;
  std::string padded(digits);
  padded.resize(std::max(padded.size(), 2 * DeviceId::kSize), '0');
  const auto first = DeviceId::FromHex(padded);
  if (!first.has_value()) return std::nullopt;
  KeyWriter prefix;
  prefix.U16(ShardOf(*first));
  return prefix;
}

// The newest departure; nothing if the device has a subject still, or there are
// several that begin so.
absl::StatusOr<std::optional<Departure>> LastDeparture(const Reader& reader,
                                                       KeyWriter shard,
                                                       absl::string_view digits,
                                                       KnownStamp as_of) {
  auto scan = kDeviceEdgeTable.ScanPrefix(reader, std::move(shard));
  std::optional<Departure> last;
  std::optional<std::pair<DeviceId, SubjectId>> decided;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto edge, scan.Next());
    if (!edge.has_value()) return last;
    const DeviceEdgeKey& key = edge->key;
    if (!absl::StartsWith(key.device.ToHex(), digits)) continue;
    const std::pair ends(key.device, key.subject);
    if (key.stamp > as_of || decided == ends) continue;
    decided = ends;
    const bool another = last.has_value() && last->device != key.device;
    if (edge->value.belongs() || another) return std::optional<Departure>();
    if (!last.has_value() || last->stamp < key.stamp) {
      last = Departure{key.device, key.subject, key.stamp};
    }
  }
}

}  // namespace

absl::StatusOr<std::optional<MergedDevice>> FindMerged(const Reader& reader,
                                                       absl::string_view text,
                                                       KnownStamp as_of) {
  const std::string digits = absl::AsciiStrToLower(text);
  auto shard = ShardPrefix(digits);
  if (!shard.has_value()) return std::optional<MergedDevice>();
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto last, LastDeparture(reader, *std::move(shard), digits, as_of));
  if (!last.has_value()) return std::optional<MergedDevice>();
  const auto now = CurrentDeviceOf(reader, last->subject);
  if (absl::IsNotFound(now.status())) return std::optional<MergedDevice>();
  if (!now.ok()) return now.status();
  // It left and came back after `as_of`.
  if (now->device == last->device) return std::optional<MergedDevice>();
  return std::optional<MergedDevice>(
      MergedDevice{last->device, now->device, last->stamp.time()});
}

std::string MergedText(const MergedDevice& merged) {
  const std::string into = merged.into.ToHex();
  return absl::StrCat(
      "device ", merged.device.ToHex(), " was merged on ",
      absl::FormatTime(absl::RFC3339_sec, merged.time, absl::UTCTimeZone()),
      " and is part of device ", into, " now; `rollcall device identity ", into,
      "` tells why");
}

}  // namespace rollcall::collector
