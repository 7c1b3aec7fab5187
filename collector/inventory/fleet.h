// The fleet as it was known at one stamp: what every question about devices is
// answered from.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/inventory/base_sets.h"
#include "collector/inventory/device_directory.h"
#include "collector/inventory/last_seen.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/id.h"
#include "rollcall/v1/device_service.pb.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// A row of a device.
struct FleetRowRef {
  std::string section;
  RowId id;
  // Decoded; shared, since a fleet holds the same row many times.
  std::shared_ptr<const v1::Row> row;
};

// What a Fleet reads from; all outlive it.
struct FleetSources {
  const Engine& engine;
  const Content& content;
  const DeviceDirectory& directory;
  const LastSeenTracker& last_seen;
};

// One consistent view. Keeps decoded fleet rows for its life, so that a
// question over the whole fleet decodes each distinct row once. Not
// thread-safe: make one per question.
//
// All methods: DATA_LOSS if stored bytes are damaged, UNAVAILABLE if the store
// cannot be read, FAILED_PRECONDITION if history is not kept as far back: of
// the fleet for all devices, of one device where it is asked for by its id.
class Fleet {
 public:
  Fleet(const FleetSources& sources, KnownStamp as_of);
  ~Fleet();

  KnownStamp as_of() const { return as_of_; }
  const Reader& reader() const { return *snapshot_; }
  const DeviceDirectory& directory() const { return sources_.directory; }
  const Content& content() const { return sources_.content; }

  // All devices, ordered by id. Valid for the life of this view.
  absl::StatusOr<absl::Span<const DeviceEntry>> Devices();
  // The first `most` of them after `after`, without reading all.
  absl::StatusOr<std::vector<DeviceEntry>> DevicesAfter(DeviceId after,
                                                        size_t most);
  // The device with this id or unique id prefix (4 or more hex digits) or host
  // name. NOT_FOUND if none, which says where a device that was merged went;
  // FAILED_PRECONDITION if several, naming a few.
  absl::StatusOr<DeviceEntry> Resolve(absl::string_view id_or_hostname);

  // The rows of one section, fleet and own, ordered by natural key then id. Of
  // several subjects the one that changed last speaks for the device. Empty if
  // it has no such section.
  absl::StatusOr<std::vector<FleetRowRef>> Rows(const DeviceEntry& device,
                                                absl::string_view section);
  // The names of the sections that it has, ordered.
  absl::StatusOr<std::vector<std::string>> Sections(const DeviceEntry& device);
  // The ordinal of the subject that speaks for it; nothing if none reported.
  absl::StatusOr<std::optional<uint32_t>> SpeakerOrdinal(
      const DeviceEntry& device);
  // Ids of the fleet rows of one section, ascending, without decoding them.
  absl::StatusOr<std::vector<RowId>> FleetRowIds(const DeviceEntry& device,
                                                 absl::string_view section);
  // The decoded fleet row. DATA_LOSS if it is not in the store.
  absl::StatusOr<std::shared_ptr<const v1::Row>> FleetRow(RowId id);

  // The device's facts in the form that the API gives them.
  absl::StatusOr<v1::Device> Describe(const DeviceEntry& device);

 private:
  struct SubjectState;
  // That no device has it, and what is known of it.
  absl::Status NotFound(absl::string_view id_or_hostname);
  // The device of several subjects one of which has this host name, though the
  // one that speaks for the device has another.
  absl::StatusOr<std::optional<DeviceId>> FindSilentHostname(
      const std::string& lower_case);
  absl::StatusOr<const SubjectState*> Speaker(const DeviceEntry& device);
  absl::StatusOr<const SubjectState*> StateOf(SubjectId subject);
  // The newest check-in over all its subjects; nothing if it is not known.
  std::optional<LastSeenTracker::Seen> LastCheckIn(
      const DeviceEntry& device) const;
  // What the records of its subjects say.
  void DescribeSubjects(const DeviceEntry& device, v1::Device& facts) const;

  const FleetSources sources_;
  const KnownStamp as_of_;
  // Taken before the snapshot: the rows and bases that it refers to stay.
  const ContentPin pin_;
  const std::unique_ptr<Reader> snapshot_;
  std::optional<std::vector<DeviceEntry>> devices_;
  absl::flat_hash_map<RowId, std::shared_ptr<const v1::Row>> rows_;
  // The last few subjects that were asked about.
  absl::flat_hash_map<SubjectId, std::unique_ptr<SubjectState>> states_;
};

}  // namespace rollcall::collector
