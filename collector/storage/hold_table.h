// Holds: what must not be dropped or deleted, whatever its age.
#pragma once

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/shard.h"
#include "collector/storage/table.h"
#include "common/id.h"
#include "common/status.h"
#include "rollcall/stored/v1/hold.pb.h"

namespace rollcall::collector {

// A hold: the stamp of the change with all its bits flipped, then the first 8
// bytes of the device's id. The newest comes first.
using HoldId = Id<struct HoldIdTag>;

// The name (Change::names) of every change that puts or ends a hold, or that
// what is held must be safe from.
inline constexpr absl::string_view kHoldsName = "holds";

struct HoldKey {
  HoldId hold;
  void Encode(KeyWriter& writer) const { writer.AddId(hold); }
  static HoldKey Decode(KeyReader& reader) { return {reader.TakeId<HoldId>()}; }
};

struct HeldSubjectKey {
  SubjectId subject;
  HoldId hold;
  void Encode(KeyWriter& writer) const {
    writer.U16(ShardOf(subject)).AddId(subject).AddId(hold);
  }
  static HeldSubjectKey Decode(KeyReader& reader) {
    reader.U16();
    HeldSubjectKey key;
    key.subject = reader.TakeId<SubjectId>();
    key.hold = reader.TakeId<HoldId>();
    return key;
  }
};

inline constexpr Table<HoldKey, stored::v1::HoldRecord> kHoldTable(
    TableId::kHold);
inline constexpr Table<HeldSubjectKey, stored::v1::HeldSubject>
    kHeldSubjectTable(TableId::kHeldSubject);

// Whether any subject is held.
inline absl::StatusOr<bool> IsAnythingHeld(const Reader& reader) {
  auto held = kHeldSubjectTable.ScanPrefix(reader, KeyWriter());
  ROLLCALL_ASSIGN_OR_RETURN(const auto first, held.Next());
  return first.has_value();
}

// The holds that are on a subject itself, newest first.
inline absl::StatusOr<std::vector<HoldId>> HoldsOf(const Reader& reader,
                                                   SubjectId subject) {
  KeyWriter prefix;
  prefix.U16(ShardOf(subject)).AddId(subject);
  auto held = kHeldSubjectTable.ScanPrefix(reader, std::move(prefix));
  std::vector<HoldId> holds;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, held.Next());
    if (!entry.has_value()) return holds;
    holds.push_back(entry->key.hold);
  }
}

// Whether one of the subjects is held itself: then the device that they make up
// is. `Subjects` is a range of what has a member `subject`.
template <typename Subjects>
absl::StatusOr<bool> IsAnyHeld(const Reader& reader, const Subjects& subjects) {
  for (const auto& one : subjects) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto holds, HoldsOf(reader, one.subject));
    if (!holds.empty()) return true;
  }
  return false;
}

}  // namespace rollcall::collector
