#include "collector/identity/identity_edits.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/identity/device_lookup.h"
#include "collector/rpc/reason.h"
#include "collector/storage/apply_once.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxSubjects = 100;

// The device as it is now, by its id.
absl::StatusOr<LinkedDevice> DeviceNow(const Reader& reader, DeviceId id) {
  ROLLCALL_ASSIGN_OR_RETURN(
      auto device, Subjects().FindDevice(reader, id, KnownStamp::Max()));
  if (device.has_value()) return *std::move(device);
  return absl::NotFoundError(
      absl::StrCat("device ", id.ToHex(), " has no subjects any more"));
}

absl::StatusOr<std::set<SubjectId>> ReadSubjectIds(
    const v1::SplitDeviceRequest& request) {
  if (request.subject_ids().empty() ||
      request.subject_ids_size() > kMaxSubjects) {
    return absl::InvalidArgumentError(
        absl::StrCat("subject_ids must name 1 to ", kMaxSubjects, " subjects"));
  }
  std::set<SubjectId> ids;
  for (const std::string& text : request.subject_ids()) {
    const auto id = SubjectId::FromHex(text);
    if (!id.has_value()) {
      return absl::InvalidArgumentError(
          "subject_ids: a subject id has 32 hex digits");
    }
    ids.insert(*id);
  }
  return ids;
}

// Records that a person put the subjects where they are now.
absl::Status PutDecidedLinks(const std::vector<SubjectMove>& moves,
                             const Reader& reader, Batch& batch) {
  for (const SubjectMove& move : moves) {
    ROLLCALL_ASSIGN_OR_RETURN(auto link, ReadLink(reader, move.subject));
    link.set_device_id(move.to.ToBytes());
    link.set_decided_by_person(true);
    kSubjectLinkTable.Put(batch, {move.subject}, link);
  }
  return absl::OkStatus();
}

// FAILED_PRECONDITION if the subject cannot go back there: an id that was
// deleted must not come to life again.
absl::Status CheckNotDeleted(const Reader& reader, SubjectId subject,
                             DeviceId device) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                            kDeviceTable.Get(reader, {device}));
  if (record.has_value()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "subject ", subject.ToHex(), " cannot go back to device ", device.ToHex(),
      ", which was deleted; to have it on another device, split it off from "
      "its own, or merge both"));
}

// The moves of an event backwards. FAILED_PRECONDITION if one of its subjects
// is no longer where the event put it, or cannot go back.
absl::StatusOr<std::vector<SubjectMove>> Backwards(
    const v1::IdentityEvent& event, const Reader& reader) {
  std::vector<SubjectMove> moves;
  for (const v1::SubjectMove& move : event.moves()) {
    const auto subject = SubjectId::FromHex(move.subject_id());
    const auto from = DeviceId::FromHex(move.from_device_id());
    const auto to = DeviceId::FromHex(move.to_device_id());
    if (!subject.has_value() || !from.has_value() || !to.has_value()) {
      return absl::DataLossError(
          absl::StrCat("identity event ", event.event_id(), " is malformed"));
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                              kSubjectTable.Get(reader, {*subject}));
    ROLLCALL_ASSIGN_OR_RETURN(const auto link, ReadLink(reader, *subject));
    if (!record.has_value()) {
      return absl::FailedPreconditionError(
          absl::StrCat("subject ", move.subject_id(), " was deleted"));
    }
    ROLLCALL_ASSIGN_OR_RETURN(const DeviceId now, CurrentDevice(*record, link));
    if (now != *to) {
      return absl::FailedPreconditionError(
          absl::StrCat("subject ", move.subject_id(),
                       " moved on since; undo the later event first"));
    }
    ROLLCALL_RETURN_IF_ERROR(CheckNotDeleted(reader, *subject, *from));
    moves.push_back({*subject, *to, *from});
  }
  return moves;
}

}  // namespace

template <typename Response>
absl::StatusOr<Response> IdentityEdits::Apply(
    const RepeatableRequest& repeatable, const Plan& plan,
    const Finish& finish) {
  return ApplyOnce<Response>(
      committer_, {std::string(kMovesName)}, repeatable,
      [&](KnownStamp stamp, const Reader& reader, Writes& writes,
          Response& response) -> absl::Status {
        ROLLCALL_ASSIGN_OR_RETURN(const MoveEvent event, plan(reader));
        ROLLCALL_RETURN_IF_ERROR(
            PutDecidedLinks(event.moves, reader, writes.head));
        v1::IdentityEvent put = PutMoves(event, stamp, 0, writes.head);
        finish(put, writes.head);
        *response.mutable_event() = std::move(put);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::MergeDevicesResponse> IdentityEdits::MergeDevices(
    const v1::MergeDevicesRequest& request, absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(CheckReason(request.reason()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.IdentityService.MergeDevices",
                                principal, request.request_id(), request));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto given, repeatable.FindAnswer<v1::MergeDevicesResponse>(engine_));
  if (given.has_value()) return *std::move(given);
  ROLLCALL_ASSIGN_OR_RETURN(
      const LinkedDevice into,
      ResolveDevice(engine_, "device_id", request.device_id(),
                    KnownStamp::Max()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const LinkedDevice from,
      ResolveDevice(engine_, "other_device_id", request.other_device_id(),
                    KnownStamp::Max()));
  if (into.device == from.device) {
    return absl::InvalidArgumentError(
        "other_device_id: it is one device with device_id already");
  }
  const auto plan = [&](const Reader& reader) -> absl::StatusOr<MoveEvent> {
    ROLLCALL_RETURN_IF_ERROR(DeviceNow(reader, into.device).status());
    ROLLCALL_ASSIGN_OR_RETURN(const LinkedDevice now,
                              DeviceNow(reader, from.device));
    MoveEvent event = {v1::IdentityEvent::KIND_MERGE,
                       std::string(principal),
                       {request.reason()},
                       {}};
    for (const LinkedSubject& subject : now.subjects) {
      event.moves.push_back({subject.subject, from.device, into.device});
    }
    return event;
  };
  return Apply<v1::MergeDevicesResponse>(repeatable, plan,
                                         [](v1::IdentityEvent&, Batch&) {});
}

absl::StatusOr<v1::SplitDeviceResponse> IdentityEdits::SplitDevice(
    const v1::SplitDeviceRequest& request, absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(CheckReason(request.reason()));
  ROLLCALL_ASSIGN_OR_RETURN(const auto leaving, ReadSubjectIds(request));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.IdentityService.SplitDevice",
                                principal, request.request_id(), request));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto given, repeatable.FindAnswer<v1::SplitDeviceResponse>(engine_));
  if (given.has_value()) return *std::move(given);
  ROLLCALL_ASSIGN_OR_RETURN(
      const LinkedDevice device,
      ResolveDevice(engine_, "device_id", request.device_id(),
                    KnownStamp::Max()));
  const DeviceId minted = Subjects::NewDeviceId(*leaving.begin(), random_);
  MoveEvent event = {v1::IdentityEvent::KIND_SPLIT,
                     std::string(principal),
                     {request.reason()},
                     {}};
  for (const SubjectId id : leaving) {
    event.moves.push_back({id, device.device, minted});
  }
  const auto plan = [&](const Reader& reader) -> absl::StatusOr<MoveEvent> {
    ROLLCALL_ASSIGN_OR_RETURN(const LinkedDevice now,
                              DeviceNow(reader, device.device));
    std::set<SubjectId> staying;
    for (const LinkedSubject& subject : now.subjects) {
      staying.insert(subject.subject);
    }
    for (const SubjectId id : leaving) {
      if (staying.erase(id) == 1) continue;
      return absl::FailedPreconditionError(
          absl::StrCat("subject ", id.ToHex(), " does not belong to device ",
                       device.device.ToHex()));
    }
    if (staying.empty()) {
      return absl::FailedPreconditionError(
          "no subject would be left on the device; name fewer");
    }
    return event;
  };
  return Apply<v1::SplitDeviceResponse>(
      repeatable, plan, [&](v1::IdentityEvent& put, Batch& batch) {
        stored::v1::DeviceRecord record;
        *record.mutable_minted() = put.known_time();
        kDeviceTable.Put(batch, {minted}, record);
      });
}

absl::StatusOr<v1::UndoIdentityEventResponse> IdentityEdits::UndoIdentityEvent(
    const v1::UndoIdentityEventRequest& request, absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(CheckReason(request.reason()));
  const auto id = IdentityEventId::FromHex(request.event_id());
  if (!id.has_value()) {
    return absl::InvalidArgumentError("event_id must have 32 hex digits");
  }
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.IdentityService.UndoIdentityEvent",
                                principal, request.request_id(), request));
  v1::IdentityEvent undone;
  const auto plan = [&](const Reader& reader) -> absl::StatusOr<MoveEvent> {
    ROLLCALL_ASSIGN_OR_RETURN(auto event, FindEvent(reader, *id));
    if (!event.has_value()) {
      return absl::NotFoundError(
          absl::StrCat("there is no identity event ", id->ToHex()));
    }
    undone = *std::move(event);
    if (undone.has_undone_by()) {
      return absl::FailedPreconditionError(
          absl::StrCat("event ", undone.event_id(), " was undone by event ",
                       undone.undone_by()));
    }
    ROLLCALL_ASSIGN_OR_RETURN(auto moves, Backwards(undone, reader));
    return MoveEvent{v1::IdentityEvent::KIND_UNDO,
                     std::string(principal),
                     {request.reason()},
                     std::move(moves)};
  };
  return Apply<v1::UndoIdentityEventResponse>(
      repeatable, plan, [&](v1::IdentityEvent& put, Batch& batch) {
        put.set_undo_of(undone.event_id());
        PutEvent(put, batch);
        undone.set_undone_by(put.event_id());
        PutEvent(undone, batch);
      });
}

}  // namespace rollcall::collector
