#include "collector/inventory/device_holds.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/rpc/paging.h"
#include "collector/rpc/reason.h"
#include "collector/storage/apply_once.h"
#include "collector/storage/hold_table.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

// That are on one device at once.
constexpr size_t kMaxHolds = 100;

HoldId MakeHoldId(KnownStamp stamp, DeviceId device) {
  KeyWriter writer;
  writer.DescendingStamp(stamp);
  return *HoldId::FromBytes(
      absl::StrCat(writer.Take(), device.bytes().substr(0, 8)));
}

absl::StatusOr<v1::DeviceHold> ReadHold(const Reader& reader, HoldId id) {
  ROLLCALL_ASSIGN_OR_RETURN(auto record, kHoldTable.Get(reader, {id}));
  if (record.has_value()) return std::move(*record->mutable_hold());
  return absl::DataLossError(
      absl::StrCat("hold ", id.ToHex(), " of a subject is missing"));
}

// Newest first.
absl::StatusOr<std::set<HoldId>> HoldIdsOn(const Reader& reader,
                                           const DeviceEntry& device) {
  std::set<HoldId> ids;
  for (const DeviceSubject& one : device.subjects) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto holds, HoldsOf(reader, one.subject));
    ids.insert(holds.begin(), holds.end());
  }
  return ids;
}

// The hold of the device that is to be ended.
absl::StatusOr<HoldId> Choose(const std::set<HoldId>& holds,
                              std::optional<HoldId> wanted) {
  if (holds.empty()) {
    return absl::FailedPreconditionError("the device is not held");
  }
  if (wanted.has_value()) {
    if (holds.contains(*wanted)) return *wanted;
    return absl::FailedPreconditionError(
        absl::StrCat("the device is not held by hold ", wanted->ToHex()));
  }
  if (holds.size() == 1) return *holds.begin();
  std::string names;
  for (const HoldId& hold : holds) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", hold.ToHex());
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "hold_id: the device has ", holds.size(), " holds, name one: ", names));
}

absl::StatusOr<std::optional<HoldId>> ReadHoldId(absl::string_view hex) {
  if (hex.empty()) return std::optional<HoldId>();
  const auto id = HoldId::FromHex(hex);
  if (id.has_value()) return id;
  return absl::InvalidArgumentError("hold_id must have 32 hex digits");
}

// Ends it on all its subjects.
absl::Status EndHold(HoldId id, const v1::DeviceHold& hold, Batch& batch) {
  for (const std::string& hex : hold.subject_ids()) {
    const auto subject = SubjectId::FromHex(hex);
    if (!subject.has_value()) {
      return absl::DataLossError(
          absl::StrCat("hold ", id.ToHex(), " is malformed"));
    }
    kHeldSubjectTable.Delete(batch, {*subject, id});
  }
  stored::v1::HoldRecord record;
  *record.mutable_hold() = hold;
  kHoldTable.Put(batch, {id}, record);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<v1::DeviceHold>> HoldsOn(const Reader& reader,
                                                    const DeviceEntry& device) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto ids, HoldIdsOn(reader, device));
  std::vector<v1::DeviceHold> holds;
  for (auto it = ids.rbegin(); it != ids.rend(); ++it) {
    ROLLCALL_ASSIGN_OR_RETURN(auto hold, ReadHold(reader, *it));
    holds.push_back(std::move(hold));
  }
  return holds;
}

absl::Status CheckNotHeld(const Reader& reader, const DeviceEntry& device) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto holds, HoldsOn(reader, device));
  if (holds.empty()) return absl::OkStatus();
  const v1::DeviceHold& first = holds[0];
  constexpr size_t kMostOfReason = 256;
  return absl::FailedPreconditionError(absl::StrCat(
      "device ", device.device.ToHex(), " is held by ", first.held_by(),
      " since ",
      absl::FormatTime(absl::RFC3339_sec, FromProto(first.hold_time()),
                       absl::UTCTimeZone()),
      ": ", Abbreviate(first.reason(), kMostOfReason), " (hold ",
      first.hold_id(),
      holds.size() > 1 ? absl::StrCat(", and ", holds.size() - 1, " more") : "",
      "); release it first"));
}

absl::StatusOr<DeviceId> DeviceHolds::Resolve(absl::string_view text) const {
  Fleet fleet(sources_, KnownStamp::Max());
  ROLLCALL_ASSIGN_OR_RETURN(const DeviceEntry device, fleet.Resolve(text));
  return device.device;
}

absl::StatusOr<DeviceEntry> DeviceHolds::Now(const Reader& reader,
                                             DeviceId device) const {
  ROLLCALL_ASSIGN_OR_RETURN(auto found, sources_.directory.FindDevice(
                                            reader, device, KnownStamp::Max()));
  if (found.has_value()) return *std::move(found);
  return absl::NotFoundError(absl::StrCat("no device ", device.ToHex()));
}

template <typename Response>
absl::StatusOr<Response> DeviceHolds::Apply(const RepeatableRequest& repeatable,
                                            const Work& work) {
  return ApplyOnce<Response>(committer_, {std::string(kHoldsName)}, repeatable,
                             [&](KnownStamp stamp, const Reader& reader,
                                 Writes& writes, Response& response) {
                               return work(stamp, reader, writes.head,
                                           *response.mutable_hold());
                             });
}

absl::StatusOr<v1::HoldDeviceResponse> DeviceHolds::HoldDevice(
    const v1::HoldDeviceRequest& request, absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(CheckReason(request.reason()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.DeviceService.HoldDevice",
                                principal, request.request_id(), request));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto given,
      repeatable.FindAnswer<v1::HoldDeviceResponse>(sources_.engine));
  if (given.has_value()) return *std::move(given);
  ROLLCALL_ASSIGN_OR_RETURN(const DeviceId id, Resolve(request.device_id()));
  const auto work = [&](KnownStamp stamp, const Reader& reader, Batch& batch,
                        v1::DeviceHold& hold) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(const DeviceEntry device, Now(reader, id));
    ROLLCALL_ASSIGN_OR_RETURN(const auto others, HoldIdsOn(reader, device));
    if (others.size() >= kMaxHolds) {
      return absl::FailedPreconditionError(
          absl::StrCat("the device has ", others.size(), " holds already"));
    }
    const HoldId hold_id = MakeHoldId(stamp, id);
    hold.set_hold_id(hold_id.ToHex());
    hold.set_device_id(id.ToHex());
    hold.set_held_by(std::string(principal));
    hold.set_reason(request.reason());
    *hold.mutable_hold_time() = ToProto(stamp.time());
    for (const DeviceSubject& one : device.subjects) {
      hold.add_subject_ids(one.subject.ToHex());
      kHeldSubjectTable.Put(batch, {one.subject, hold_id}, {});
    }
    stored::v1::HoldRecord record;
    *record.mutable_hold() = hold;
    kHoldTable.Put(batch, {hold_id}, record);
    return absl::OkStatus();
  };
  return Apply<v1::HoldDeviceResponse>(repeatable, work);
}

absl::StatusOr<v1::ReleaseDeviceResponse> DeviceHolds::ReleaseDevice(
    const v1::ReleaseDeviceRequest& request, absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(CheckReason(request.reason()));
  ROLLCALL_ASSIGN_OR_RETURN(const auto wanted, ReadHoldId(request.hold_id()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.DeviceService.ReleaseDevice",
                                principal, request.request_id(), request));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto given,
      repeatable.FindAnswer<v1::ReleaseDeviceResponse>(sources_.engine));
  if (given.has_value()) return *std::move(given);
  ROLLCALL_ASSIGN_OR_RETURN(const DeviceId id, Resolve(request.device_id()));
  const auto work = [&](KnownStamp stamp, const Reader& reader, Batch& batch,
                        v1::DeviceHold& hold) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(const DeviceEntry device, Now(reader, id));
    ROLLCALL_ASSIGN_OR_RETURN(const auto holds, HoldIdsOn(reader, device));
    ROLLCALL_ASSIGN_OR_RETURN(const HoldId ended, Choose(holds, wanted));
    ROLLCALL_ASSIGN_OR_RETURN(hold, ReadHold(reader, ended));
    hold.set_released_by(std::string(principal));
    hold.set_release_reason(request.reason());
    *hold.mutable_release_time() = ToProto(stamp.time());
    return EndHold(ended, hold, batch);
  };
  return Apply<v1::ReleaseDeviceResponse>(repeatable, work);
}

absl::Status DeviceHolds::AddCurrentDevices(v1::DeviceHold& hold) const {
  std::set<DeviceId> devices;
  for (const std::string& hex : hold.subject_ids()) {
    const auto subject = SubjectId::FromHex(hex);
    if (!subject.has_value()) continue;
    const auto device = sources_.directory.DeviceOf(sources_.engine, *subject);
    if (absl::IsNotFound(device.status())) continue;
    if (!device.ok()) return device.status();
    devices.insert(device->device);
  }
  for (const DeviceId device : devices) {
    hold.add_current_device_ids(device.ToHex());
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ListHoldsResponse> DeviceHolds::ListHolds(
    const v1::ListHoldsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const auto after = HoldId::FromBytes(page.after);
  auto records = kHoldTable.ScanFrom(sources_.engine,
                                     {after.value_or(HoldId())}, KeyWriter());
  v1::ListHoldsResponse response;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto record, records.Next());
    if (!record.has_value()) return response;
    if (after.has_value() && record->key.hold == *after) continue;
    v1::DeviceHold& hold = *record->value.mutable_hold();
    if (hold.has_release_time() && !request.with_released()) continue;
    if (response.holds_size() == page.size) {
      const auto last =
          HoldId::FromHex(response.holds(page.size - 1).hold_id());
      response.set_next_page_token(page.TokenAfter(last->bytes()));
      return response;
    }
    if (!hold.has_release_time()) {
      ROLLCALL_RETURN_IF_ERROR(AddCurrentDevices(hold));
    }
    *response.add_holds() = std::move(hold);
  }
}

}  // namespace rollcall::collector
