#include "collector/identity/device_moves.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

std::string BigEndian(uint64_t value) {
  KeyWriter writer;
  writer.U64(value);
  return writer.Take();
}

void PutEdge(DeviceId device, SubjectId subject, bool belongs,
             const std::vector<std::string>& reasons, KnownStamp stamp,
             Batch& batch) {
  stored::v1::DeviceEdge edge;
  edge.set_belongs(belongs);
  edge.mutable_reasons()->Assign(reasons.begin(), reasons.end());
  kDeviceEdgeTable.Put(batch, {device, subject, stamp}, edge);
}

}  // namespace

IdentityEventId MakeEventId(KnownStamp stamp, uint64_t number) {
  return *IdentityEventId::FromBytes(
      absl::StrCat(BigEndian(stamp.raw()), BigEndian(number)));
}

KnownStamp StampOf(IdentityEventId event) {
  return KeyReader(event.bytes()).Stamp();
}

absl::StatusOr<DeviceId> CurrentDevice(const stored::v1::Subject& record,
                                       const stored::v1::SubjectLink& link) {
  const auto device = DeviceId::FromBytes(
      link.device_id().empty() ? record.first_device_id() : link.device_id());
  if (device.has_value()) return *device;
  return absl::DataLossError("a subject's device id is malformed");
}

absl::StatusOr<stored::v1::SubjectLink> ReadLink(const Reader& reader,
                                                 SubjectId subject) {
  ROLLCALL_ASSIGN_OR_RETURN(auto link,
                            kSubjectLinkTable.Get(reader, {subject}));
  return link.value_or(stored::v1::SubjectLink());
}

v1::IdentityEvent PutMoves(const MoveEvent& event, KnownStamp stamp,
                           uint64_t number, Batch& batch) {
  const IdentityEventId id = MakeEventId(stamp, number);
  v1::IdentityEvent result;
  result.set_event_id(id.ToHex());
  result.set_kind(event.kind);
  *result.mutable_known_time() = ToProto(stamp.time());
  result.set_actor(event.actor);
  result.mutable_reasons()->Assign(event.reasons.begin(), event.reasons.end());
  std::set<DeviceId> devices;
  for (const SubjectMove& move : event.moves) {
    PutEdge(move.from, move.subject, false, event.reasons, stamp, batch);
    PutEdge(move.to, move.subject, true, event.reasons, stamp, batch);
    v1::SubjectMove& moved = *result.add_moves();
    moved.set_subject_id(move.subject.ToHex());
    moved.set_from_device_id(move.from.ToHex());
    moved.set_to_device_id(move.to.ToHex());
    devices.insert({move.from, move.to});
  }
  for (const DeviceId device : devices) {
    kDeviceEventTable.Put(batch, {device, id}, stored::v1::DeviceEvent());
  }
  PutEvent(result, batch);
  return result;
}

std::set<DeviceId> DevicesOf(const v1::IdentityEvent& event) {
  std::set<DeviceId> devices;
  for (const v1::SubjectMove& move : event.moves()) {
    for (const std::string& hex :
         {move.from_device_id(), move.to_device_id()}) {
      if (const auto device = DeviceId::FromHex(hex)) devices.insert(*device);
    }
  }
  return devices;
}

void PutEvent(const v1::IdentityEvent& event, Batch& batch) {
  stored::v1::IdentityEventRecord record;
  *record.mutable_event() = event;
  kIdentityEventTable.Put(batch, {*IdentityEventId::FromHex(event.event_id())},
                          record);
}

absl::StatusOr<std::optional<v1::IdentityEvent>> FindEvent(const Reader& reader,
                                                           IdentityEventId id) {
  ROLLCALL_ASSIGN_OR_RETURN(auto record, kIdentityEventTable.Get(reader, {id}));
  if (!record.has_value()) return std::optional<v1::IdentityEvent>();
  return std::optional<v1::IdentityEvent>(std::move(*record->mutable_event()));
}

absl::StatusOr<std::vector<v1::IdentityEvent>> EventsOf(const Reader& reader,
                                                        DeviceId device,
                                                        KnownStamp as_of,
                                                        int limit) {
  KeyWriter prefix;
  prefix.U16(ShardOf(device)).AddId(device);
  auto scan = kDeviceEventTable.ReverseScanPrefix(reader, std::move(prefix));
  std::vector<v1::IdentityEvent> events;
  while (static_cast<int>(events.size()) < limit) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
    if (!entry.has_value()) break;
    if (StampOf(entry->key.event) > as_of) continue;
    ROLLCALL_ASSIGN_OR_RETURN(auto event, FindEvent(reader, entry->key.event));
    if (!event.has_value()) {
      return absl::DataLossError(absl::StrCat(
          "identity event ", entry->key.event.ToHex(), " is missing"));
    }
    events.push_back(*std::move(event));
  }
  return events;
}

}  // namespace rollcall::collector
