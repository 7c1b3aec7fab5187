// The logical shards that subject-scoped keys start with.
#pragma once

#include <cstdint>

#include "collector/storage/key.h"
#include "common/id.h"

namespace rollcall::collector {

// Shards that subjects are spread over. Stored; never changes.
inline constexpr uint16_t kShardCount = 1'024;

// What a subject's or a device's id begins with: its first 16 bits. Ids are
// random, so these spread evenly.
template <typename Tag>
uint16_t BeginningOf(const Id<Tag>& id) {
  const absl::string_view bytes = id.bytes();
  return static_cast<uint16_t>(static_cast<unsigned char>(bytes[0]) << 8 |
                               static_cast<unsigned char>(bytes[1]));
}

// The shard of the ids that begin so.
inline uint16_t ShardWith(uint32_t beginning) {
  return static_cast<uint16_t>(beginning % kShardCount);
}

// The shard of a subject or a device.
template <typename Tag>
uint16_t ShardOf(const Id<Tag>& id) {
  return ShardWith(BeginningOf(id));
}

// One value per subject.
struct SubjectKey {
  SubjectId subject;
  void Encode(KeyWriter& writer) const {
    writer.U16(ShardOf(subject)).AddId(subject);
  }
  static SubjectKey Decode(KeyReader& reader) {
    reader.U16();
    return {reader.TakeId<SubjectId>()};
  }
};

}  // namespace rollcall::collector
