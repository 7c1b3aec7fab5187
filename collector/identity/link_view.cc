#include "collector/identity/link_view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/device_moves.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Fills in when its agents made contact.
absl::Status ReadLife(const Reader& reader, const ContactTimes& times,
                      LinkSubject& subject) {
  subject.life.first = FromProto(subject.record.first_seen());
  const auto seen = times.LastContact(subject.id);
  subject.life.last = seen.value_or(subject.life.first);
  absl::Time hello = subject.life.first;
  for (const std::string& bytes : subject.record.agent_ids()) {
    const auto agent = AgentId::FromBytes(bytes);
    if (!agent.has_value()) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const auto contacts,
                              kAgentContactsTable.Get(reader, {*agent}));
    if (!contacts.has_value()) continue;
    subject.contacts += contacts->contacts();
    subject.cloned |= contacts->cloned();
    hello = std::max(hello, FromProto(contacts->last_time()));
  }
  if (seen.has_value() && *seen > hello) subject.held = *seen - hello;
  subject.life.last = std::max(subject.life.last, hello);
  subject.life.last = std::max(subject.life.last, subject.life.first);
  return absl::OkStatus();
}

}  // namespace

std::optional<DeviceId> HomeOfMatched(const LinkSubject& subject) {
  if (subject.link.decided_by_person()) return std::nullopt;
  const auto home = DeviceId::FromBytes(subject.record.first_device_id());
  return home == subject.device ? std::nullopt : home;
}

std::vector<SubjectId> TakenOver(const stored::v1::SubjectLink& link) {
  const absl::string_view packed = link.took_over();
  std::vector<SubjectId> ids;
  for (size_t at = 0; at + SubjectId::kSize <= packed.size();
       at += SubjectId::kSize) {
    ids.push_back(*SubjectId::FromBytes(packed.substr(at, SubjectId::kSize)));
  }
  return ids;
}

std::vector<SubjectId> SubjectsIn(const stored::v1::SubjectLink& link) {
  std::vector<SubjectId> ids = TakenOver(link);
  const auto heir = SubjectId::FromBytes(link.superseded_by());
  if (heir.has_value()) ids.push_back(*heir);
  return ids;
}

bool TookPlaceOf(const LinkSubject& heir, SubjectId other) {
  const auto ids = TakenOver(heir.link);
  return std::count(ids.begin(), ids.end(), other) > 0;
}

absl::StatusOr<ValueHolders> ReadHolders(const Reader& reader, uint64_t hash) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            kEvidenceTable.Get(reader, {hash}));
  ValueHolders holders;
  if (!stored.has_value()) return holders;
  holders.crowded = stored->crowded();
  const absl::string_view ids = stored->subject_ids();
  if (ids.size() % SubjectId::kSize != 0) {
    return absl::DataLossError("the holders of a value are malformed");
  }
  for (size_t at = 0; at < ids.size(); at += SubjectId::kSize) {
    holders.subjects.push_back(
        *SubjectId::FromBytes(ids.substr(at, SubjectId::kSize)));
  }
  return holders;
}

absl::StatusOr<LinkSubject*> LinkView::Subject(SubjectId id) {
  const auto kept = subjects_.find(id);
  if (kept != subjects_.end()) return kept->second.get();
  ROLLCALL_ASSIGN_OR_RETURN(auto record, kSubjectTable.Get(reader_, {id}));
  if (!record.has_value()) {
    subjects_[id] = nullptr;
    return nullptr;
  }
  auto subject = std::make_unique<LinkSubject>();
  subject->id = id;
  subject->record = *std::move(record);
  subject->pieces = PiecesOf(subject->record.evidence());
  ROLLCALL_ASSIGN_OR_RETURN(subject->link, ReadLink(reader_, id));
  ROLLCALL_ASSIGN_OR_RETURN(subject->device,
                            CurrentDevice(subject->record, subject->link));
  ROLLCALL_RETURN_IF_ERROR(ReadLife(reader_, times_, *subject));
  return (subjects_[id] = std::move(subject)).get();
}

absl::StatusOr<LinkView::Entry*> LinkView::Load(const EvidencePiece& piece) {
  const uint64_t hash = piece.Hash();
  const auto kept = values_.find(hash);
  if (kept != values_.end()) return kept->second.get();
  ROLLCALL_ASSIGN_OR_RETURN(ValueHolders holders, ReadHolders(reader_, hash));
  std::unique_ptr<Entry>& slot = values_[hash];
  slot = std::make_unique<Entry>(Entry{std::move(holders), false});
  return slot.get();
}

absl::StatusOr<ValueHolders*> LinkView::Holders(const EvidencePiece& piece) {
  ROLLCALL_ASSIGN_OR_RETURN(Entry * entry, Load(piece));
  return &entry->holders;
}

absl::Status LinkView::AddHolder(const EvidencePiece& piece, SubjectId id) {
  ROLLCALL_ASSIGN_OR_RETURN(Entry * entry, Load(piece));
  ValueHolders& holders = entry->holders;
  if (holders.crowded ||
      std::count(holders.subjects.begin(), holders.subjects.end(), id) > 0) {
    return absl::OkStatus();
  }
  entry->changed = true;
  if (holders.subjects.size() >= kMaxHolders) {
    ROLLCALL_RETURN_IF_ERROR(MakeRoom(holders));
  }
  if (holders.subjects.size() >= kMaxHolders) {
    holders.crowded = true;
    holders.subjects.clear();
  } else {
    holders.subjects.push_back(id);
  }
  return absl::OkStatus();
}

// Forgets those whose place on their device another took, and those that are
// gone.
absl::Status LinkView::MakeRoom(ValueHolders& holders) {
  std::vector<SubjectId> kept;
  for (const SubjectId id : holders.subjects) {
    ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* subject, Subject(id));
    if (subject != nullptr && subject->link.superseded_by().empty()) {
      kept.push_back(id);
    }
  }
  holders.subjects = std::move(kept);
  return absl::OkStatus();
}

absl::StatusOr<bool> LinkView::IsWorthless(const EvidencePiece& piece) {
  if (!IsIndexed(piece)) return false;
  ROLLCALL_ASSIGN_OR_RETURN(const ValueHolders* holders, Holders(piece));
  if (holders->crowded) return true;
  std::vector<const LinkSubject*> subjects;
  for (const SubjectId id : holders->subjects) {
    ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* subject, Subject(id));
    if (subject == nullptr) continue;
    if (subject->cloned) return true;
    for (const LinkSubject* other : subjects) {
      if (other->device != subject->device &&
          LivedAtOnce(other->life, subject->life)) {
        return true;
      }
    }
    subjects.push_back(subject);
  }
  return false;
}

absl::StatusOr<MatchDecision> LinkView::Compare(const LinkSubject& a,
                                                const LinkSubject& b) {
  absl::flat_hash_map<uint64_t, bool> worthless;
  for (const LinkSubject* side : {&a, &b}) {
    for (const EvidencePiece& piece : side->pieces) {
      ROLLCALL_ASSIGN_OR_RETURN(worthless[piece.Hash()], IsWorthless(piece));
    }
  }
  return CompareMachines(a.pieces, b.pieces, [&](const EvidencePiece& piece) {
    return worthless.at(piece.Hash());
  });
}

absl::StatusOr<const LinkSubject*> LinkView::FindReturned(
    const LinkSubject& subject) {
  for (const SubjectId id : TakenOver(subject.link)) {
    ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* other, Subject(id));
    if (other == nullptr || other->device != subject.device) continue;
    if (LivedAtOnce(other->life, subject.life)) return other;
  }
  return nullptr;
}

void LinkView::WriteHolders(Batch& batch) const {
  for (const auto& [hash, entry] : values_) {
    if (!entry->changed) continue;
    stored::v1::EvidenceHolders stored;
    stored.set_crowded(entry->holders.crowded);
    for (const SubjectId id : entry->holders.subjects) {
      stored.mutable_subject_ids()->append(id.ToBytes());
    }
    kEvidenceTable.Put(batch, {hash}, stored);
  }
}

}  // namespace rollcall::collector
