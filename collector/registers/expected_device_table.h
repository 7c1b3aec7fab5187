// Expected devices and their past states.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "rollcall/stored/v1/registers.pb.h"

namespace rollcall::collector {

// A state of one expected device. Ordered by register, asset tag; of one device
// the newest state comes first.
struct ExpectedDeviceKey {
  std::string register_name;
  // In lower case.
  std::string asset_tag;
  // From when on it was known.
  KnownStamp stamp;

  static ExpectedDeviceKey Of(const v1::ExpectedDevice& device,
                              KnownStamp stamp) {
    return {device.register_(), absl::AsciiStrToLower(device.asset_tag()),
            stamp};
  }
  bool SameDevice(const ExpectedDeviceKey& other) const {
    return register_name == other.register_name && asset_tag == other.asset_tag;
  }

  void Encode(KeyWriter& writer) const {
    writer.Text(register_name).Text(asset_tag).DescendingStamp(stamp);
  }
  static ExpectedDeviceKey Decode(KeyReader& reader) {
    ExpectedDeviceKey key;
    key.register_name = reader.Text();
    key.asset_tag = reader.Text();
    key.stamp = reader.DescendingStamp();
    return key;
  }
};

inline constexpr Table<ExpectedDeviceKey, stored::v1::ExpectedDeviceRecord>
    kExpectedDeviceTable(TableId::kExpectedDevice);

// An expected device as it was known, with its known_time and
// status_known_time set.
struct KnownExpectedDevice {
  ExpectedDeviceKey key;
  v1::ExpectedDevice device;
};

// Walks over the devices that registers expected as it was known at one stamp,
// in order; a device that was removed by then is not among them. Not
// thread-safe; the reader outlives it.
class ExpectedDeviceWalk {
 public:
  // Over those of one register; "": of all. Goes on after the device `after`,
  // if given.
  ExpectedDeviceWalk(
      const Reader& reader, KnownStamp as_of, absl::string_view register_name,
      const std::optional<ExpectedDeviceKey>& after = std::nullopt);

  // The next one; nothing at the end. DATA_LOSS, UNAVAILABLE as for Table.
  absl::StatusOr<std::optional<KnownExpectedDevice>> Next();

 private:
  using Entries = decltype(kExpectedDeviceTable)::Iterator;
  using Entry = decltype(kExpectedDeviceTable)::Entry;

  // The entry that PassOlder read too far, else the next.
  absl::StatusOr<std::optional<Entry>> TakeEntry();
  // Reads on to the next device; returns since when this one had that status
  // without interruption.
  absl::StatusOr<KnownStamp> PassOlder(const ExpectedDeviceKey& newest,
                                       const std::string& status);

  const KnownStamp as_of_;
  Entries entries_;
  std::optional<Entry> passed_;
};

// All of one register, or with "" of all, in order.
absl::StatusOr<std::vector<v1::ExpectedDevice>> AllExpectedDevices(
    const Reader& reader, KnownStamp as_of, absl::string_view register_name);

}  // namespace rollcall::collector
