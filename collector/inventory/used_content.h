// Which fleet rows and bases a subject refers to.
#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/inventory/row_number.h"
#include "collector/storage/engine.h"
#include "common/id.h"
#include "rollcall/stored/v1/inventory.pb.h"

namespace rollcall::collector {

struct UsedContent {
  std::set<RowNumber> rows;
  std::set<RootId> bases;
};

// Adds what the subject holds, and what its history tells of. A pin
// (content_pins.h) is held that is older than the head. DATA_LOSS if stored
// bytes are damaged.
absl::Status AddUsedContent(const Reader& reader, SubjectId subject,
                            const stored::v1::Head& head, UsedContent& used);

// The ids of the rows, 16 bytes each, in order of their numbers.
absl::StatusOr<std::string> PackIdsOf(const Reader& reader,
                                      const std::set<RowNumber>& rows);

}  // namespace rollcall::collector
