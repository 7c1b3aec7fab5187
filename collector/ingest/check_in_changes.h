// The small differences that ride on check-ins.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "collector/ingest/held_ids.h"
#include "collector/inventory/base_sets.h"
#include "collector/inventory/subject_update.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::collector {

// More canonical bytes in one check-in are refused.
inline constexpr size_t kMaxChangeBytes = 64 * 1024;

// What changes apply to, and what they must lead to.
struct ChangeTarget {
  const Reader& reader;
  const Content& content;
  SubjectId subject;
  const UpdateBasis& basis;
  // The row schema level of the changes.
  int row_level;
  // The subject root that they make.
  RootId root;
  // Of changes before; those of this one are put there.
  HeldIds& ids;
};

// The whole of what the subject holds after the changes; nothing if they do not
// make the root of what the store holds, or name a set that it does not know:
// then the agent must say more. INVALID_ARGUMENT if they are malformed: a row
// that is not canonical, a section that does not exist, sections or ids out of
// order, or a limit exceeded. Blocking; thread-safe.
absl::StatusOr<std::optional<SubjectUpdate>> ApplyChanges(
    const google::protobuf::RepeatedPtrField<v1::SectionChange>& changes,
    const ChangeTarget& target);

}  // namespace rollcall::collector
