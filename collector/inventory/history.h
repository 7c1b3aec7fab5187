// The history of a device as a readable list of changes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "collector/inventory/fleet.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {

// Where a page of history ends and the next begins.
struct HistoryCursor {
  // Changes at this stamp or before it; Max() starts with the newest.
  KnownStamp from = KnownStamp::Max();
  // Changes to pass over at `from` itself.
  int skip = 0;
};

// A section came as a whole, after the first report, or went as a whole: what
// it described may have been there before, and still be there.
struct SectionTurn {
  KnownStamp stamp;
  std::string section;
};

struct HistoryPage {
  std::vector<v1::DeviceChange> changes;
  // Set where there is more.
  std::optional<HistoryCursor> next;
  // Of the wanted sections; at least those at the stamps of `changes`. A stamp
  // that two pages share is in both.
  std::vector<SectionTurn> turns;
};

// At most `limit` changes of the device, newest first; within one stamp ordered
// by section, then by what the rows describe. Only of `sections`, if any are
// given. Rows with the same natural key that went and came at one stamp are one
// change. A switch of the row schema level is one change, before those that the
// machine made by then.
absl::StatusOr<HistoryPage> ReadHistory(Fleet& fleet, const DeviceEntry& device,
                                        absl::Span<const std::string> sections,
                                        HistoryCursor cursor, int limit);

}  // namespace rollcall::collector
