// Change-sets of every kind, and the lines that their imports kept aside.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "common/id.h"
#include "common/proto_time.h"
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

// Whether a file with these bytes was imported as that kind of change-set, with
// as many lines kept aside.
inline absl::StatusOr<bool> WasImported(const Reader& reader,
                                        v1::ChangeSet::Kind kind,
                                        absl::string_view file_sha256,
                                        size_t quarantined_count) {
  auto entries = kChangeSetTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return false;
    const v1::ChangeSet& change_set = entry->value.change_set();
    if (change_set.kind() == kind && change_set.file_sha256() == file_sha256 &&
        static_cast<size_t>(change_set.quarantined_count()) ==
            quarantined_count) {
      return true;
    }
  }
}

// Adds the lines that an import kept aside. `BadLines` is a range of BadLine.
template <typename BadLines>
void PutQuarantine(const BadLines& bad, ChangeSetId id, Batch& batch) {
  for (const auto& line : bad) {
    stored::v1::QuarantineRecord record;
    record.set_content(line.content);
    record.mutable_errors()->Assign(line.errors.begin(), line.errors.end());
    kQuarantineTable.Put(batch, {id, static_cast<uint64_t>(line.line)}, record);
  }
}

// Adds the change-set of an import that `principal` proposed and applied at
// `stamp`; `response` counts what it did and names it.
template <typename Response>
void PutImport(v1::ChangeSet change_set, const Response& response,
               absl::string_view principal, KnownStamp stamp, Batch& batch) {
  change_set.set_change_set_id(response.change_set_id());
  change_set.set_state(v1::ChangeSet::STATE_APPLIED);
  change_set.set_proposed_by(std::string(principal));
  change_set.set_applied_by(std::string(principal));
  *change_set.mutable_proposed_time() = ToProto(stamp.time());
  *change_set.mutable_applied_time() = ToProto(stamp.time());
  change_set.set_added_count(response.added_count());
  change_set.set_changed_count(response.changed_count());
  change_set.set_quarantined_count(response.quarantined_count());
  stored::v1::ChangeSetRecord record;
  *record.mutable_change_set() = std::move(change_set);
  kChangeSetTable.Put(
      batch, {stamp, *ChangeSetId::FromHex(response.change_set_id())}, record);
}

// The stamp of the newest change-set of any kind; zero if there is none. A plan
// that was made against one stamp is void once this is another.
inline absl::StatusOr<KnownStamp> NewestChangeSet(const Reader& reader) {
  auto entries = kChangeSetTable.ScanPrefix(reader, KeyWriter());
  ROLLCALL_ASSIGN_OR_RETURN(const auto newest, entries.Next());
  return newest.has_value() ? newest->key.stamp : KnownStamp();
}

}  // namespace rollcall::collector
