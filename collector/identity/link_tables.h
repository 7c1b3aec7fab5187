// The tables of matching: what tells which subjects are one device, and which
// agents are one.
#pragma once

#include "collector/identity/tables.h"
#include "collector/storage/shard.h"
#include "collector/storage/table.h"
#include "rollcall/stored/v1/identity_link.pb.h"

namespace rollcall::collector {

// A change of identity. Its first half is the stamp of the change, so that
// later events have greater ids.
using IdentityEventId = Id<struct IdentityEventIdTag>;

// The id of the `number`th event of the change with this stamp.
IdentityEventId MakeEventId(KnownStamp stamp, uint64_t number);
// When the event was known.
KnownStamp StampOf(IdentityEventId event);

// A value of evidence by its EvidencePiece::Hash().
struct EvidenceKey {
  uint64_t hash;
  void Encode(KeyWriter& writer) const { writer.U64(hash); }
  static EvidenceKey Decode(KeyReader& reader) { return {reader.U64()}; }
};

struct IdentityEventKey {
  IdentityEventId event;
  void Encode(KeyWriter& writer) const { writer.AddId(event); }
  static IdentityEventKey Decode(KeyReader& reader) {
    return {reader.TakeId<IdentityEventId>()};
  }
};

// Oldest first per device.
struct DeviceEventKey {
  DeviceId device;
  IdentityEventId event;
  void Encode(KeyWriter& writer) const {
    writer.U16(ShardOf(device)).AddId(device).AddId(event);
  }
  static DeviceEventKey Decode(KeyReader& reader) {
    reader.U16();
    DeviceEventKey key;
    key.device = reader.TakeId<DeviceId>();
    key.event = reader.TakeId<IdentityEventId>();
    return key;
  }
};

struct PossibleDuplicateKey {
  SubjectId newer;
  SubjectId older;
  void Encode(KeyWriter& writer) const {
    writer.U16(ShardOf(newer)).AddId(newer).AddId(older);
  }
  static PossibleDuplicateKey Decode(KeyReader& reader) {
    reader.U16();
    PossibleDuplicateKey key;
    key.newer = reader.TakeId<SubjectId>();
    key.older = reader.TakeId<SubjectId>();
    return key;
  }
};

inline constexpr Table<EvidenceKey, stored::v1::EvidenceHolders> kEvidenceTable(
    TableId::kEvidence);
inline constexpr Table<SubjectKey, stored::v1::LinkDue> kLinkDueTable(
    TableId::kLinkDue);
inline constexpr Table<SubjectKey, stored::v1::SubjectLink> kSubjectLinkTable(
    TableId::kSubjectLink);
inline constexpr Table<AgentKey, stored::v1::AgentContacts> kAgentContactsTable(
    TableId::kAgentContacts);
inline constexpr Table<IdentityEventKey, stored::v1::IdentityEventRecord>
    kIdentityEventTable(TableId::kIdentityEvent);
inline constexpr Table<DeviceEventKey, stored::v1::DeviceEvent>
    kDeviceEventTable(TableId::kDeviceEvent);
inline constexpr Table<PossibleDuplicateKey,
                       stored::v1::PossibleDuplicateRecord>
    kPossibleDuplicateTable(TableId::kPossibleDuplicate);

}  // namespace rollcall::collector
