#include "collector/alerts/acknowledgement_table.h"

#include <utility>

#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<KnownAcknowledgements> ReadAcknowledgements(const Reader& reader,
                                                           KnownStamp as_of) {
  KnownAcknowledgements known;
  auto entries = kAcknowledgementTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return known;
    if (entry->key.stamp > as_of) continue;
    // The newest comes first.
    known.emplace(entry->key.alert, std::move(entry->value));
  }
}

}  // namespace rollcall::collector
