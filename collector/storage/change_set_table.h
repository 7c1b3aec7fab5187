// Change-sets of every kind, and the lines that their imports kept aside.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "common/id.h"
#include "common/status.h"
#include "rollcall/stored/v1/contracts.pb.h"

namespace rollcall::collector {

// Newest first.
struct ChangeSetKey {
  KnownStamp stamp;
  ChangeSetId id;

  void Encode(KeyWriter& writer) const {
    writer.DescendingStamp(stamp).AddId(id);
  }
  static ChangeSetKey Decode(KeyReader& reader) {
    ChangeSetKey key;
    key.stamp = reader.DescendingStamp();
    key.id = reader.TakeId<ChangeSetId>();
    return key;
  }
};

inline constexpr Table<ChangeSetKey, stored::v1::ChangeSetRecord>
    kChangeSetTable(TableId::kChangeSet);

struct QuarantineKey {
  ChangeSetId change_set;
  // The line of the file, from 1.
  uint64_t line = 0;

  void Encode(KeyWriter& writer) const { writer.AddId(change_set).U64(line); }
  static QuarantineKey Decode(KeyReader& reader) {
    QuarantineKey key;
    key.change_set = reader.TakeId<ChangeSetId>();
    key.line = reader.U64();
    return key;
  }
};

inline constexpr Table<QuarantineKey, stored::v1::QuarantineRecord>
    kQuarantineTable(TableId::kQuarantine);

// The stamp of the newest change-set of any kind; zero if there is none. A plan
// that was made against one stamp is void once this is another.
inline absl::StatusOr<KnownStamp> NewestChangeSet(const Reader& reader) {
  auto entries = kChangeSetTable.ScanPrefix(reader, KeyWriter());
  ROLLCALL_ASSIGN_OR_RETURN(const auto newest, entries.Next());
  return newest.has_value() ? newest->key.stamp : KnownStamp();
}

}  // namespace rollcall::collector
