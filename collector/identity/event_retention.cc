#include "collector/identity/event_retention.h"

#include <string>
#include <utility>
#include <vector>

#include "collector/identity/device_moves.h"
#include "collector/identity/held_events.h"
#include "collector/storage/hold_table.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Events of one change: the committer does nothing else meanwhile.
constexpr size_t kBatch = 256;

void DeleteEvent(IdentityEventId id, const v1::IdentityEvent& event,
                 Batch& batch) {
  for (const DeviceId device : DevicesOf(event)) {
    kDeviceEventTable.Delete(batch, {device, id});
  }
  kIdentityEventTable.Delete(batch, {id});
}

using Event = decltype(kIdentityEventTable)::Entry;

// Some events of before `first_kept`, oldest first, from `from` on.
absl::StatusOr<std::vector<Event>> ReadSome(const Engine& engine,
                                            IdentityEventId from,
                                            KnownStamp first_kept) {
  std::vector<Event> some;
  auto events = kIdentityEventTable.ScanFrom(engine, {from}, KeyWriter());
  while (some.size() < kBatch) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, events.Next());
    if (!entry.has_value() || StampOf(entry->key.event) >= first_kept) break;
    some.push_back(*std::move(entry));
  }
  return some;
}

// Deletes those of them that no hold keeps, in one change; returns how many.
absl::StatusOr<int64_t> DropSome(const std::vector<Event>& some,
                                 Committer& committer) {
  int64_t dropped = 0;
  const auto build = [&](KnownStamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    dropped = 0;
    for (const Event& event : some) {
      ROLLCALL_ASSIGN_OR_RETURN(const bool held,
                                IsEventHeld(reader, event.value.event()));
      if (held) continue;
      DeleteEvent(event.key.event, event.value.event(), writes.head);
      ++dropped;
    }
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(
      committer
          .Commit({std::string(kMovesName), std::string(kHoldsName)}, build)
          .status());
  return dropped;
}

}  // namespace

absl::StatusOr<int64_t> DropIdentityEventsBefore(absl::Time time,
                                                 const Engine& engine,
                                                 Committer& committer) {
  const KnownStamp first_kept = KnownStamp::AtEndOf(time);
  int64_t dropped = 0;
  IdentityEventId from;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto some,
                              ReadSome(engine, from, first_kept));
    if (some.empty()) return dropped;
    ROLLCALL_ASSIGN_OR_RETURN(const int64_t now, DropSome(some, committer));
    dropped += now;
    // What is held stays in the way: go on behind it.
    KeyReader last(some.back().key.event.bytes());
    const KnownStamp stamp = last.Stamp();
    from = MakeEventId(stamp, last.U64() + 1);
  }
}

}  // namespace rollcall::collector
