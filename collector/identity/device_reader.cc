#include "collector/identity/device_reader.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/tables.h"
#include "collector/storage/shard.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Beyond all that a device id begins with.
constexpr uint32_t kEnd = 1 << 16;

absl::StatusOr<LinkedSubject> ReadSubject(const Reader& reader,
                                          SubjectId subject) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                            kSubjectTable.Get(reader, {subject}));
  if (!record.has_value()) {
    return absl::DataLossError(
        absl::StrCat("subject ", subject.ToHex(), " of a device is missing"));
  }
  LinkedSubject result = {subject, {}, FromProto(record->first_seen())};
  for (const std::string& bytes : record->agent_ids()) {
    if (const auto agent = AgentId::FromBytes(bytes)) {
      result.agents.push_back(*agent);
    }
  }
  return result;
}

// Takes edges in key order: of each device and subject, the newest that was
// known decides.
class EdgeReader {
 public:
  using Edge = decltype(kDeviceEdgeTable)::Entry;

  EdgeReader(const Reader& reader, KnownStamp as_of)
      : reader_(reader), as_of_(as_of) {}

  absl::Status Take(const Edge& edge) {
    const std::pair ends(edge.key.device, edge.key.subject);
    if (edge.key.stamp > as_of_ || decided_ == ends) return absl::OkStatus();
    decided_ = ends;
    if (!edge.value.belongs()) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(LinkedSubject subject,
                              ReadSubject(reader_, edge.key.subject));
    LinkedDevice& device = devices_[edge.key.device];
    device.device = edge.key.device;
    device.subjects.push_back(std::move(subject));
    return absl::OkStatus();
  }

  // Ordered by device. Once.
  std::vector<LinkedDevice> Finish() {
    std::vector<LinkedDevice> result;
    result.reserve(devices_.size());
    for (auto& [id, device] : devices_) result.push_back(std::move(device));
    return result;
  }

 private:
  const Reader& reader_;
  const KnownStamp as_of_;
  std::map<DeviceId, LinkedDevice> devices_;
  std::optional<std::pair<DeviceId, SubjectId>> decided_;
};

// The smallest id that begins so.
DeviceId FirstWith(uint32_t beginning) {
  std::string bytes(DeviceId::kSize, '\0');
  bytes[0] = static_cast<char>(beginning >> 8);
  bytes[1] = static_cast<char>(beginning);
  return *DeviceId::FromBytes(bytes);
}

// Those after `after` that begin as it is said. Notes in `next` what the
// following devices of their shard begin with.
absl::StatusOr<std::vector<LinkedDevice>> ReadBeginning(const Reader& reader,
                                                        uint32_t beginning,
                                                        DeviceId after,
                                                        KnownStamp as_of,
                                                        uint32_t& next) {
  const DeviceId first = FirstWith(beginning);
  KeyWriter shard;
  shard.U16(ShardWith(beginning));
  auto edges = kDeviceEdgeTable.ScanFrom(
      reader, {first, SubjectId(), KnownStamp::Max()}, std::move(shard));
  EdgeReader devices(reader, as_of);
  next = kEnd;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto edge, edges.Next());
    if (!edge.has_value()) break;
    if (BeginningOf(edge->key.device) != beginning) {
      next = BeginningOf(edge->key.device);
      break;
    }
    if (edge->key.device <= after) continue;
    ROLLCALL_RETURN_IF_ERROR(devices.Take(*edge));
  }
  return devices.Finish();
}

}  // namespace

absl::StatusOr<std::vector<LinkedDevice>> ReadDevices(const Reader& reader,
                                                      KeyWriter prefix,
                                                      KnownStamp as_of) {
  auto edges = kDeviceEdgeTable.ScanPrefix(reader, std::move(prefix));
  EdgeReader devices(reader, as_of);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto edge, edges.Next());
    if (!edge.has_value()) return devices.Finish();
    ROLLCALL_RETURN_IF_ERROR(devices.Take(*edge));
  }
}

absl::StatusOr<std::vector<LinkedDevice>> ReadDevicesAfter(const Reader& reader,
                                                           DeviceId after,
                                                           size_t most,
                                                           KnownStamp as_of) {
  std::vector<LinkedDevice> devices;
  // What each shard's next devices begin with, as far as it is known.
  std::vector<uint32_t> next(kShardCount, 0);
  for (uint32_t beginning = BeginningOf(after);
       beginning < kEnd && devices.size() < most; ++beginning) {
    uint32_t& next_of_shard = next[ShardWith(beginning)];
    if (next_of_shard > beginning) continue;
    ROLLCALL_ASSIGN_OR_RETURN(auto some, ReadBeginning(reader, beginning, after,
                                                       as_of, next_of_shard));
    for (LinkedDevice& device : some) {
      if (devices.size() < most) devices.push_back(std::move(device));
    }
  }
  return devices;
}

}  // namespace rollcall::collector
