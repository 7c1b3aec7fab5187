// The tables of identity.
#pragma once

#include "collector/storage/shard.h"
#include "collector/storage/table.h"
#include "rollcall/stored/v1/identity.pb.h"

namespace rollcall::collector {

struct AgentKey {
  AgentId agent;
  void Encode(KeyWriter& writer) const { writer.AddId(agent); }
  static AgentKey Decode(KeyReader& reader) {
    return {reader.TakeId<AgentId>()};
  }
};

struct ShardKey {
  uint16_t shard;
  void Encode(KeyWriter& writer) const { writer.U16(shard); }
  static ShardKey Decode(KeyReader& reader) { return {reader.U16()}; }
};

struct DeviceKey {
  DeviceId device;
  void Encode(KeyWriter& writer) const {
    writer.U16(ShardOf(device)).AddId(device);
  }
  static DeviceKey Decode(KeyReader& reader) {
    reader.U16();
    return {reader.TakeId<DeviceId>()};
  }
};

// Newest first per device and subject.
struct DeviceEdgeKey {
  DeviceId device;
  SubjectId subject;
  KnownStamp stamp;
  void Encode(KeyWriter& writer) const {
    writer.U16(ShardOf(device))
        .AddId(device)
        .AddId(subject)
        .DescendingStamp(stamp);
  }
  static DeviceEdgeKey Decode(KeyReader& reader) {
    reader.U16();
    DeviceEdgeKey key;
    key.device = reader.TakeId<DeviceId>();
    key.subject = reader.TakeId<SubjectId>();
    key.stamp = reader.DescendingStamp();
    return key;
  }
};

inline constexpr Table<AgentKey, stored::v1::AgentSubject> kAgentTable(
    TableId::kAgent);
inline constexpr Table<ShardKey, stored::v1::ShardCounter> kShardTable(
    TableId::kShard);
inline constexpr Table<SubjectKey, stored::v1::Subject> kSubjectTable(
    TableId::kSubject);
inline constexpr Table<DeviceKey, stored::v1::DeviceRecord> kDeviceTable(
    TableId::kDevice);
inline constexpr Table<DeviceEdgeKey, stored::v1::DeviceEdge> kDeviceEdgeTable(
    TableId::kDeviceEdge);

}  // namespace rollcall::collector
