// Moving subjects between devices, as events that say why and can be undone.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/identity/link_tables.h"
#include "rollcall/v1/identity_service.pb.h"

namespace rollcall::collector {

// The actor of events that evidence decided.
inline constexpr absl::string_view kMatchingActor = "rollcall";

// The name (Change::names) that everything carries that moves subjects, so that
// each sees what the one before did.
inline constexpr absl::string_view kMovesName = "identity";

// A subject that changes its device.
struct SubjectMove {
  SubjectId subject;
  DeviceId from;
  DeviceId to;
};

// What happened, without what the writing of it adds.
struct MoveEvent {
  v1::IdentityEvent::Kind kind;
  std::string actor;
  // For people, one text a reason.
  std::vector<std::string> reasons;
  std::vector<SubjectMove> moves;
};

// Where a subject belongs now. `record` is its own.
absl::StatusOr<DeviceId> CurrentDevice(const stored::v1::Subject& record,
                                       const stored::v1::SubjectLink& link);
absl::StatusOr<stored::v1::SubjectLink> ReadLink(const Reader& reader,
                                                 SubjectId subject);

// Adds the edges and the event, which it returns. The links are the caller's to
// write. `number` counts the events of one change.
v1::IdentityEvent PutMoves(const MoveEvent& event, KnownStamp stamp,
                           uint64_t number, Batch& batch);

// The devices that took part in it.
std::set<DeviceId> DevicesOf(const v1::IdentityEvent& event);

// Writes an event that was changed.
void PutEvent(const v1::IdentityEvent& event, Batch& batch);

// The event; nothing if there is none.
absl::StatusOr<std::optional<v1::IdentityEvent>> FindEvent(const Reader& reader,
                                                           IdentityEventId id);

// The newest events of a device that were known at `as_of`, newest first, at
// most `limit`.
absl::StatusOr<std::vector<v1::IdentityEvent>> EventsOf(const Reader& reader,
                                                        DeviceId device,
                                                        KnownStamp as_of,
                                                        int limit);

}  // namespace rollcall::collector
