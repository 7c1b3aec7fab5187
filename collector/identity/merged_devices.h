// Where devices went that have no subjects any more.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/id.h"

namespace rollcall::collector {

// A device whose subjects belong to another.
struct MergedDevice {
  DeviceId device;
  // Where the subject that left it last belongs now.
  DeviceId into;
  // When that subject left it.
  absl::Time time;
};

// The device with this id, or unique prefix of an id (4 or more hex digits), if
// it had subjects before and has none as known at `as_of`; else nothing. Reads
// one shard.
absl::StatusOr<std::optional<MergedDevice>> FindMerged(const Reader& reader,
                                                       absl::string_view text,
                                                       KnownStamp as_of);

// For people: what became of it, and where to look.
std::string MergedText(const MergedDevice& merged);

}  // namespace rollcall::collector
