#include "collector/identity/event_retention.h"

#include <set>
#include <string>
#include <utility>

#include "collector/identity/device_moves.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Events of one change: the committer does nothing else meanwhile.
constexpr int kSome = 256;

void DeleteEvent(IdentityEventId id, const v1::IdentityEvent& event,
                 Batch& batch) {
  std::set<DeviceId> devices;
  for (const v1::SubjectMove& move : event.moves()) {
    for (const std::string& hex :
         {move.from_device_id(), move.to_device_id()}) {
      if (const auto device = DeviceId::FromHex(hex)) devices.insert(*device);
    }
  }
  for (const DeviceId device : devices) {
    kDeviceEventTable.Delete(batch, {device, id});
  }
  kIdentityEventTable.Delete(batch, {id});
}

}  // namespace

absl::StatusOr<int64_t> DropIdentityEventsBefore(absl::Time time,
                                                 const Engine& engine,
                                                 Committer& committer) {
  const KnownStamp first_kept = KnownStamp::AtEndOf(time);
  int64_t dropped = 0;
  while (true) {
    int some = 0;
    // Oldest first, so that those to drop come first.
    auto events = kIdentityEventTable.ScanPrefix(engine, KeyWriter());
    Batch batch;
    while (some < kSome) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto entry, events.Next());
      if (!entry.has_value() || StampOf(entry->key.event) >= first_kept) break;
      DeleteEvent(entry->key.event, entry->value.event(), batch);
      ++some;
    }
    if (some == 0) return dropped;
    ROLLCALL_RETURN_IF_ERROR(
        committer
            .Commit({std::string(kMovesName)},
                    [&](KnownStamp, const Reader&, Writes& writes) {
                      writes.head.Append(std::move(batch));
                      return absl::OkStatus();
                    })
            .status());
    dropped += some;
  }
}

}  // namespace rollcall::collector
