#include "collector/identity/device_erasure.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/contact_log.h"
#include "collector/identity/device_moves.h"
#include "collector/identity/evidence_pieces.h"
#include "collector/identity/held_events.h"
#include "collector/identity/link_erasure.h"
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

using Edge = decltype(kDeviceEdgeTable)::Entry;

// All edges that the device ever had.
absl::StatusOr<std::vector<Edge>> EdgesOf(const Reader& reader,
                                          DeviceId device) {
  KeyWriter prefix;
  prefix.U16(ShardOf(device)).AddId(device);
  auto scan = kDeviceEdgeTable.ScanPrefix(reader, std::move(prefix));
  std::vector<Edge> edges;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto edge, scan.Next());
    if (!edge.has_value()) return edges;
    edges.push_back(*std::move(edge));
  }
}

// All edges that came of one event have the same.
struct Quote {
  explicit Quote(const Edge& edge)
      : stamp(edge.key.stamp),
        reasons(edge.value.reasons().begin(), edge.value.reasons().end()) {}
  bool operator<(const Quote& other) const {
    return std::tie(stamp, reasons) < std::tie(other.stamp, other.reasons);
  }
  KnownStamp stamp;
  std::vector<std::string> reasons;
};

// Erases one device; what it reads is the store as it is.
class Eraser {
 public:
  Eraser(const ErasedDevice& device, const Reader& reader, Batch& batch)
      : device_(device),
        subjects_(device.subjects.begin(), device.subjects.end()),
        reader_(reader),
        batch_(batch),
        devices_(device.ever_of) {
    devices_.insert(device.device);
  }

  absl::Status Run() {
    ROLLCALL_RETURN_IF_ERROR(CheckSubjects());
    ROLLCALL_RETURN_IF_ERROR(CheckPastNotHeld());
    for (const SubjectId subject : subjects_) {
      ROLLCALL_RETURN_IF_ERROR(EraseSubject(subject));
    }
    ROLLCALL_RETURN_IF_ERROR(EraseAgents());
    ROLLCALL_RETURN_IF_ERROR(ErasePairs());
    ROLLCALL_RETURN_IF_ERROR(EraseDevices());
    return EraseFromLinks(subjects_, others_, reader_, batch_);
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
    ROLLCALL_ASSIGN_OR_RETURN(const auto link, ReadLink(reader_, subject));
    for (const SubjectId other : SubjectsIn(link)) AddOther(other);
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

  void AddOther(SubjectId subject) {
    if (!subjects_.contains(subject)) others_.insert(subject);
  }

  // Every device that a subject ever was on. Each move is an event of both, so
  // that those since `ever_of` was read are found too; older ones may have been
  // dropped.
  absl::Status EraseDevices() {
    std::vector<DeviceId> to_read(devices_.begin(), devices_.end());
    while (!to_read.empty()) {
      const DeviceId device = to_read.back();
      to_read.pop_back();
      ROLLCALL_RETURN_IF_ERROR(ReadEvents(device, to_read));
    }
    std::vector<Edge> staying;
    for (const DeviceId device : devices_) {
      ROLLCALL_RETURN_IF_ERROR(EraseEdges(device, staying));
    }
    for (const Edge& edge : staying) EraseQuote(edge);
    return absl::OkStatus();
  }

  // Erases the edges of its subjects, or all of its own; and the device, if
  // nobody else ever was on it.
  absl::Status EraseEdges(DeviceId device, std::vector<Edge>& staying) {
    const bool own = device == device_.device;
    bool others = false;
    ROLLCALL_ASSIGN_OR_RETURN(auto edges, EdgesOf(reader_, device));
    for (Edge& edge : edges) {
      const bool erased = subjects_.contains(edge.key.subject);
      AddOther(edge.key.subject);
      others |= !erased;
      if (own || erased) {
        quotes_.insert(Quote(edge));
        kDeviceEdgeTable.Delete(batch_, edge.key);
      } else {
        staying.push_back(std::move(edge));
      }
    }
    if (others && !own) return absl::OkStatus();
    return Erase(TableId::kDevice, DeviceKey{device});
  }

  // Edges that stay of an event say what it said, also once it was dropped.
  void EraseQuote(Edge edge) {
    if (!quotes_.contains(Quote(edge))) return;
    edge.value.clear_reasons();
    edge.value.add_reasons(std::string(kErasedReason));
    kDeviceEdgeTable.Put(batch_, edge.key, edge.value);
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
    const std::set<DeviceId> devices = DevicesOf(event);
    const bool erases = std::any_of(
        event.moves().begin(), event.moves().end(),
        [&](const v1::SubjectMove& move) { return IsErased(move); });
    if (!erases && !devices.contains(device_.device)) return absl::OkStatus();
    for (const DeviceId device : devices) {
      if (devices_.insert(device).second) to_read.push_back(device);
    }
    ROLLCALL_RETURN_IF_ERROR(CheckEventNotHeld(event));
    auto& moves = *event.mutable_moves();
    moves.erase(std::remove_if(moves.begin(), moves.end(),
                               [&](const v1::SubjectMove& move) {
                                 return IsErased(move);
                               }),
                moves.end());
    std::set<DeviceId> staying = DevicesOf(event);
    staying.erase(device_.device);
    for (const DeviceId device : devices) {
      if (staying.contains(device)) continue;
      kDeviceEventTable.Delete(batch_, {device, id});
    }
    if (event.moves().empty()) {
      kIdentityEventTable.Delete(batch_, {id});
      return absl::OkStatus();
    }
    event.clear_reasons();
    event.add_reasons(std::string(kErasedReason));
    PutEvent(event, batch_);
    return absl::OkStatus();
  }

  // Of two devices that had a subject in common the one is part of the other's
  // past, whether or not the event that says so is kept.
  absl::Status CheckPastNotHeld() const {
    ROLLCALL_ASSIGN_OR_RETURN(const bool any, IsAnythingHeld(reader_));
    if (!any) return absl::OkStatus();
    std::set<DeviceId> related;
    for (const DeviceId device : devices_) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto edges, EdgesOf(reader_, device));
      for (const Edge& edge : edges) {
        if (subjects_.contains(edge.key.subject)) {
          related.insert(device);
        } else if (device == device_.device) {
          ROLLCALL_RETURN_IF_ERROR(
              AddDeviceOf(reader_, edge.key.subject, related));
        }
      }
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
  // Where the others were with it, and where they went.
  std::set<DeviceId> devices_;
  std::set<IdentityEventId> events_;
  // Those that stay and had to do with it.
  std::set<SubjectId> others_;
  // What the erased edges said.
  std::set<Quote> quotes_;
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

absl::StatusOr<std::set<DeviceId>> FindPast(
    const std::vector<SubjectId>& subjects, const Reader& reader) {
  const std::set<SubjectId> erased(subjects.begin(), subjects.end());
  ROLLCALL_ASSIGN_OR_RETURN(auto devices,
                            Subjects().DevicesEverOf(reader, erased));
  std::set<SubjectId> all = erased;
  for (const DeviceId device : devices) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto edges, EdgesOf(reader, device));
    for (const Edge& edge : edges) all.insert(edge.key.subject);
  }
  if (all.size() == erased.size()) return devices;
  return Subjects().DevicesEverOf(reader, all);
}

absl::Status EraseDevice(const ErasedDevice& device, const Reader& reader,
                         Batch& batch) {
  return Eraser(device, reader, batch).Run();
}

}  // namespace rollcall::collector
