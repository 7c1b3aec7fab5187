#include "collector/identity/device_erasure.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/contact_log.h"
#include "collector/identity/device_moves.h"
#include "collector/identity/evidence_pieces.h"
#include "collector/identity/held_events.h"
#include "collector/identity/link_view.h"
#include "collector/identity/subjects.h"
#include "collector/storage/erasure.h"
#include "collector/storage/hold_table.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// What stays instead of the reasons of an event that a deleted device took part
// in.
constexpr absl::string_view kErasedReason =
    "a device that took part was deleted";

// Erases one device; what it reads is the store as it is.
class Eraser {
 public:
  Eraser(const ErasedDevice& device, const Reader& reader, Batch& batch)
      : device_(device),
        subjects_(device.subjects.begin(), device.subjects.end()),
        reader_(reader),
        batch_(batch),
        devices_(device.ever_of) {}

  absl::Status Run() {
    ROLLCALL_RETURN_IF_ERROR(CheckSubjects());
    ROLLCALL_RETURN_IF_ERROR(CheckPastNotHeld());
    for (const SubjectId subject : subjects_) {
      ROLLCALL_RETURN_IF_ERROR(EraseSubject(subject));
    }
    ROLLCALL_RETURN_IF_ERROR(EraseAgents());
    ROLLCALL_RETURN_IF_ERROR(ErasePairs());
    ROLLCALL_RETURN_IF_ERROR(EraseDevices());
    ROLLCALL_RETURN_IF_ERROR(
        Erase(TableId::kDevice, DeviceKey{device_.device}));
    return EraseEdges(device_.device, nullptr);
  }

 private:
  absl::Status CheckSubjects() const {
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto now,
        Subjects().FindDevice(reader_, device_.device, KnownStamp::Max()));
    std::set<SubjectId> found;
    if (now.has_value()) {
      for (const LinkedSubject& one : now->subjects) found.insert(one.subject);
    }
    if (found == subjects_) return absl::OkStatus();
    return absl::AbortedError(
        "the device's subjects changed meanwhile; start again");
  }

  absl::Status EraseSubject(SubjectId subject) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                              kSubjectTable.Get(reader_, {subject}));
    if (!record.has_value()) return absl::OkStatus();
    for (const EvidencePiece& piece : PiecesOf(record->evidence())) {
      ROLLCALL_RETURN_IF_ERROR(LeaveHolders(piece));
    }
    if (const auto first = DeviceId::FromBytes(record->first_device_id())) {
      devices_.insert(*first);
    }
    kSubjectTable.Delete(batch_, {subject});
    ROLLCALL_RETURN_IF_ERROR(Erase(TableId::kLinkDue, SubjectKey{subject}));
    return Erase(TableId::kSubjectLink, SubjectKey{subject});
  }

  // Takes all its subjects out of those that gave the value.
  absl::Status LeaveHolders(const EvidencePiece& piece) {
    if (!IsIndexed(piece)) return absl::OkStatus();
    const uint64_t hash = piece.Hash();
    ROLLCALL_ASSIGN_OR_RETURN(const ValueHolders before,
                              ReadHolders(reader_, hash));
    stored::v1::EvidenceHolders after;
    after.set_crowded(before.crowded);
    for (const SubjectId holder : before.subjects) {
      if (subjects_.contains(holder)) continue;
      after.mutable_subject_ids()->append(holder.ToBytes());
    }
    if (after.subject_ids().empty() && !after.crowded()) {
      kEvidenceTable.Delete(batch_, {hash});
    } else {
      kEvidenceTable.Put(batch_, {hash}, after);
    }
    return absl::OkStatus();
  }

  absl::Status EraseAgents() {
    for (const AgentId agent : device_.agents) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto link,
                                kAgentTable.Get(reader_, {agent}));
      // Unless it reports for another by now.
      if (!link.has_value()) continue;
      const auto subject = SubjectId::FromBytes(link->subject_id());
      if (!subject.has_value() || !subjects_.contains(*subject)) continue;
      kAgentTable.Delete(batch_, {agent});
      ROLLCALL_RETURN_IF_ERROR(Erase(TableId::kAgentContacts, AgentKey{agent}));
    }
    return absl::OkStatus();
  }

  // Pairs that wait for a decision; there are few.
  absl::Status ErasePairs() {
    auto pairs = kPossibleDuplicateTable.ScanPrefix(reader_, KeyWriter());
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto pair, pairs.Next());
      if (!pair.has_value()) return absl::OkStatus();
      if (subjects_.contains(pair->key.newer) ||
          subjects_.contains(pair->key.older)) {
        kPossibleDuplicateTable.Delete(batch_, pair->key);
      }
    }
  }

  // Erases one key, if it is there; none begins with another.
  template <typename Key>
  absl::Status Erase(TableId table, const Key& key) {
    KeyWriter writer;
    key.Encode(writer);
    return DeletePrefix(reader_, table, writer.Take(), batch_);
  }

  // Edges of a device: of one subject, or all.
  absl::Status EraseEdges(DeviceId device, const SubjectId* subject) {
    KeyWriter prefix;
    prefix.U16(ShardOf(device)).AddId(device);
    if (subject != nullptr) prefix.AddId(*subject);
    return DeletePrefix(reader_, TableId::kDeviceEdge, prefix.Take(), batch_);
  }

  // Every device that a subject ever was on. Each move is an event of both, so
  // that those since `ever_of` was read are found too; older ones may have been
  // dropped.
  absl::Status EraseDevices() {
    devices_.insert(device_.device);
    std::vector<DeviceId> to_read(devices_.begin(), devices_.end());
    while (!to_read.empty()) {
      const DeviceId device = to_read.back();
      to_read.pop_back();
      ROLLCALL_RETURN_IF_ERROR(ReadEvents(device, to_read));
    }
    for (const DeviceId device : devices_) {
      for (const SubjectId& subject : subjects_) {
        ROLLCALL_RETURN_IF_ERROR(EraseEdges(device, &subject));
      }
      ROLLCALL_ASSIGN_OR_RETURN(const auto others, OthersOf(device));
      if (!others.empty()) continue;
      ROLLCALL_RETURN_IF_ERROR(Erase(TableId::kDevice, DeviceKey{device}));
    }
    return absl::OkStatus();
  }

  // The subjects that stay and ever belonged to the device.
  absl::StatusOr<std::set<SubjectId>> OthersOf(DeviceId device) const {
    KeyWriter prefix;
    prefix.U16(ShardOf(device)).AddId(device);
    auto edges = kDeviceEdgeTable.ScanPrefix(reader_, std::move(prefix));
    std::set<SubjectId> others;
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto edge, edges.Next());
      if (!edge.has_value()) return others;
      if (subjects_.contains(edge->key.subject)) continue;
      others.insert(edge->key.subject);
    }
  }

  absl::Status ReadEvents(DeviceId device, std::vector<DeviceId>& to_read) {
    KeyWriter prefix;
    prefix.U16(ShardOf(device)).AddId(device);
    auto entries = kDeviceEventTable.ScanPrefix(reader_, std::move(prefix));
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
      if (!entry.has_value()) return absl::OkStatus();
      if (!events_.insert(entry->key.event).second) continue;
      ROLLCALL_ASSIGN_OR_RETURN(auto event,
                                FindEvent(reader_, entry->key.event));
      if (!event.has_value()) continue;
      ROLLCALL_RETURN_IF_ERROR(
          EraseFrom(entry->key.event, *std::move(event), to_read));
    }
  }

  bool IsErased(const v1::SubjectMove& move) const {
    const auto subject = SubjectId::FromHex(move.subject_id());
    return subject.has_value() && subjects_.contains(*subject);
  }

  // Takes the moves of its subjects out of an event; and the event, if none is
  // left.
  absl::Status EraseFrom(IdentityEventId id, v1::IdentityEvent event,
                         std::vector<DeviceId>& to_read) {
    std::set<DeviceId> devices;
    bool erases = false;
    for (const v1::SubjectMove& move : event.moves()) {
      const bool erased = IsErased(move);
      erases |= erased;
      for (const std::string& hex :
           {move.from_device_id(), move.to_device_id()}) {
        const auto device = DeviceId::FromHex(hex);
        if (!device.has_value()) continue;
        devices.insert(*device);
        if (erased && devices_.insert(*device).second) {
          to_read.push_back(*device);
        }
      }
    }
    if (!erases && !devices.contains(device_.device)) return absl::OkStatus();
    ROLLCALL_RETURN_IF_ERROR(CheckEventNotHeld(event));
    auto& moves = *event.mutable_moves();
    moves.erase(std::remove_if(moves.begin(), moves.end(),
                               [&](const v1::SubjectMove& move) {
                                 return IsErased(move);
                               }),
                moves.end());
    event.clear_reasons();
    if (!event.moves().empty()) {
      event.add_reasons(std::string(kErasedReason));
      ROLLCALL_RETURN_IF_ERROR(EraseReasons(event, StampOf(id)));
      kDeviceEventTable.Delete(batch_, {device_.device, id});
      PutEvent(event, batch_);
      return absl::OkStatus();
    }
    for (const DeviceId device : devices) {
      kDeviceEventTable.Delete(batch_, {device, id});
    }
    kIdentityEventTable.Delete(batch_, {id});
    return absl::OkStatus();
  }

  // Edges that stay of an event say what it said.
  absl::Status EraseReasons(const v1::IdentityEvent& event, KnownStamp stamp) {
    for (const v1::SubjectMove& move : event.moves()) {
      const auto subject = SubjectId::FromHex(move.subject_id());
      if (!subject.has_value()) continue;
      for (const std::string& hex :
           {move.from_device_id(), move.to_device_id()}) {
        const auto device = DeviceId::FromHex(hex);
        if (!device.has_value()) continue;
        ROLLCALL_RETURN_IF_ERROR(EraseReasons({*device, *subject, stamp}));
      }
    }
    return absl::OkStatus();
  }

  absl::Status EraseReasons(const DeviceEdgeKey& key) {
    ROLLCALL_ASSIGN_OR_RETURN(auto edge, kDeviceEdgeTable.Get(reader_, key));
    if (!edge.has_value()) return absl::OkStatus();
    edge->clear_reasons();
    edge->add_reasons(std::string(kErasedReason));
    kDeviceEdgeTable.Put(batch_, key, *edge);
    return absl::OkStatus();
  }

  // Of two devices that had a subject in common the one is part of the other's
  // past, whether or not the event that says so is kept.
  absl::Status CheckPastNotHeld() const {
    ROLLCALL_ASSIGN_OR_RETURN(const bool any, IsAnythingHeld(reader_));
    if (!any) return absl::OkStatus();
    std::set<DeviceId> related = devices_;
    ROLLCALL_ASSIGN_OR_RETURN(const auto others, OthersOf(device_.device));
    for (const SubjectId subject : others) {
      ROLLCALL_RETURN_IF_ERROR(AddDeviceOf(reader_, subject, related));
    }
    related.erase(device_.device);
    for (const DeviceId device : related) {
      ROLLCALL_ASSIGN_OR_RETURN(const bool held, IsDeviceHeld(reader_, device));
      if (!held) continue;
      return absl::FailedPreconditionError(absl::StrCat(
          "device ", device_.device.ToHex(), " must stay: another device, ",
          device.ToHex(),
          ", had a subject in common with it and is held; release that first"));
    }
    return absl::OkStatus();
  }

  // The device itself is not held, so that another is.
  absl::Status CheckEventNotHeld(const v1::IdentityEvent& event) const {
    ROLLCALL_ASSIGN_OR_RETURN(const bool held, IsEventHeld(reader_, event));
    if (!held) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "identity event ", event.event_id(),
        " must stay: another device that took part in it is held"));
  }

  const ErasedDevice& device_;
  const std::set<SubjectId> subjects_;
  const Reader& reader_;
  Batch& batch_;
  std::set<DeviceId> devices_;
  std::set<IdentityEventId> events_;
};

}  // namespace

std::vector<std::string> NamesOfErasure(const ErasedDevice& device) {
  std::set<std::string> names = {std::string(kMovesName)};
  for (const SubjectId subject : device.subjects) {
    for (std::string& name : Subjects::NamesOf(subject)) {
      names.insert(std::move(name));
    }
  }
  for (const AgentId agent : device.agents) {
    names.insert(absl::StrCat("agent/", agent.ToHex()));
    for (std::string& name : ContactLog::NamesOf(agent)) {
      names.insert(std::move(name));
    }
  }
  return {names.begin(), names.end()};
}

absl::Status EraseDevice(const ErasedDevice& device, const Reader& reader,
                         Batch& batch) {
  return Eraser(device, reader, batch).Run();
}

}  // namespace rollcall::collector
