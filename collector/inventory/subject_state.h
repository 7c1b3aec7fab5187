// Reading what a subject holds: now, and as known at any time before.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/inventory/base_sets.h"
#include "collector/inventory/based_set.h"
#include "collector/inventory/own_rows.h"
#include "collector/inventory/row_set.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "rollcall/stored/v1/inventory.pb.h"

namespace rollcall::collector {

// One section of a subject.
struct SectionState {
  RowSet fleet;
  OwnRows own;
};

// All that a subject held at one stamp.
struct SubjectState {
  std::map<std::string, SectionState> sections;
  // Stamp of the newest change that is in it.
  KnownStamp changed;
  int row_level = 0;
  std::string agent_version;
  uint32_t ordinal = 0;
};

// All functions are thread-safe, and DATA_LOSS where stored bytes are damaged.

// What the subject holds now; nothing if it never reported.
absl::StatusOr<std::optional<stored::v1::Head>> ReadHead(const Reader& reader,
                                                         SubjectId subject);

// A head as it was read.
struct StoredHead {
  stored::v1::Head head;
  // By these it is told whether the store still holds it.
  std::string bytes;
};

// As ReadHead.
absl::StatusOr<std::optional<StoredHead>> ReadStoredHead(const Reader& reader,
                                                         SubjectId subject);

// The fleet rows of a section of a head.
absl::StatusOr<BasedSet<RowId>> ReadFleetRows(
    const Content& content, const stored::v1::HeadSection& section);

// The same by number.
absl::StatusOr<BasedSet<RowNumber>> ReadFleetNumbers(
    const Content& content, const stored::v1::HeadSection& section);

// The ids of all rows of a section of a head, fleet and own.
absl::StatusOr<BasedSet<RowId>> ReadSectionIds(
    const Reader& reader, const Content& content, SubjectId subject,
    int row_level, const stored::v1::HeadSection& section);

// What the subject held as known at `as_of`; nothing if it had not reported.
// FAILED_PRECONDITION if the history that it takes was dropped. `reader` is a
// snapshot, and a pin (content_pins.h) older than it is held, unless `as_of` is
// Max() and the subject does not change meanwhile.
absl::StatusOr<std::optional<SubjectState>> ReadSubjectState(
    const Reader& reader, const Content& content, SubjectId subject,
    KnownStamp as_of);

// Which of `ids`, which are of a level, need not be sent for this section of a
// subject, in their order: rows that the fleet has, and own rows that the
// subject has at that level. `section` is as it is stored.
absl::StatusOr<std::vector<bool>> WhichAreKnown(const Reader& reader,
                                                const Content& content,
                                                const OwnSection& section,
                                                int row_level,
                                                absl::Span<const RowId> ids);

}  // namespace rollcall::collector
