#include "collector/identity/link_pass.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/subjects.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

bool IsStrong(const EvidencePiece& piece) {
  return InfoOf(piece.kind).part != MachinePart::kInstallation;
}

bool IsOlder(const LinkSubject& a, const LinkSubject& b) {
  return std::pair(a.life.first, a.id) < std::pair(b.life.first, b.id);
}

// Of those that stay together one that was there while the other was; nullptr
// for none. Whom a person put there is let be.
const LinkSubject* FindAtOnce(const std::vector<LinkSubject*>& staying,
                              const LinkSubject& other) {
  for (const LinkSubject* one : staying) {
    if (one->link.decided_by_person()) continue;
    if (LivedAtOnce(one->life, other.life)) return one;
  }
  return nullptr;
}

std::vector<std::string> Findings(const MatchDecision& decision) {
  std::vector<std::string> texts;
  for (const KindFinding& finding : decision.findings) {
    texts.push_back(FindingText(finding));
  }
  return texts;
}

}  // namespace

absl::Status LinkPass::Run(absl::Span<const SubjectId> due) {
  for (const SubjectId id : due) ROLLCALL_RETURN_IF_ERROR(Index(id));
  for (const SubjectId id : due) ROLLCALL_RETURN_IF_ERROR(Link(id));
  view_.WriteHolders(batch_);
  return absl::OkStatus();
}

absl::Status LinkPass::Index(SubjectId due) {
  ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* subject, view_.Subject(due));
  if (subject == nullptr) return absl::OkStatus();
  for (const EvidencePiece& piece : subject->pieces) {
    if (!IsIndexed(piece)) continue;
    ROLLCALL_RETURN_IF_ERROR(view_.AddHolder(piece, due));
  }
  return absl::OkStatus();
}

absl::Status LinkPass::Link(SubjectId due) {
  ROLLCALL_ASSIGN_OR_RETURN(LinkSubject * subject, view_.Subject(due));
  if (subject == nullptr) {
    kLinkDueTable.Delete(batch_, {due});
    return absl::OkStatus();
  }
  ++counts_.subjects;
  ROLLCALL_ASSIGN_OR_RETURN(const bool taken_back, Unmatch(*subject));
  if (taken_back) return absl::OkStatus();  // still due
  ROLLCALL_ASSIGN_OR_RETURN(const auto older, FindOlder(*subject));
  ROLLCALL_ASSIGN_OR_RETURN(auto candidates, CompareAll(*subject, older));
  ROLLCALL_ASSIGN_OR_RETURN(const Waiting waiting, Match(*subject, candidates));
  const bool waits =
      waiting == Waiting::kNextPass || waiting == Waiting::kReadiness;
  ROLLCALL_RETURN_IF_ERROR(WritePossible(*subject, candidates, waits));
  return PutDue(*subject, waiting);
}

absl::Status LinkPass::PutDue(const LinkSubject& subject, Waiting waiting) {
  if (waiting == Waiting::kNothing) {
    kLinkDueTable.Delete(batch_, {subject.id});
    return absl::OkStatus();
  }
  if (waiting == Waiting::kNextPass) return absl::OkStatus();  // still due
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            kLinkDueTable.Get(context_.reader, {subject.id}));
  auto due = stored.value_or(stored::v1::LinkDue());
  const LinkOptions& options = context_.options;
  const absl::Time ready = subject.life.first + options.silence;
  const absl::Duration look_again = waiting == Waiting::kContact
                                        ? options.look_again_at_silent
                                        : options.look_again;
  *due.mutable_not_before() =
      ToProto(context_.now < ready ? ready : context_.now + look_again);
  kLinkDueTable.Put(batch_, {subject.id}, due);
  return absl::OkStatus();
}

// Those who share something that is worth something. The newer of two is the
// one to be compared, so that newer ones become due.
absl::StatusOr<std::vector<LinkSubject*>> LinkPass::FindOlder(
    LinkSubject& subject) {
  std::vector<LinkSubject*> older;
  for (const EvidencePiece& piece : subject.pieces) {
    if (!IsStrong(piece)) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const bool worthless, view_.IsWorthless(piece));
    if (worthless) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const ValueHolders* holders,
                              view_.Holders(piece));
    for (const SubjectId id : holders->subjects) {
      ROLLCALL_ASSIGN_OR_RETURN(LinkSubject * other, view_.Subject(id));
      if (other == nullptr || other->device == subject.device) continue;
      if (!IsOlder(*other, subject)) {
        kLinkDueTable.Put(batch_, {id}, stored::v1::LinkDue());
      } else if (std::count(older.begin(), older.end(), other) == 0 &&
                 older.size() < context_.options.max_candidates) {
        older.push_back(other);
      }
    }
  }
  std::sort(older.begin(), older.end(),
            [](const LinkSubject* a, const LinkSubject* b) {
              return IsOlder(*a, *b);
            });
  return older;
}

absl::StatusOr<std::vector<LinkPass::Candidate>> LinkPass::CompareAll(
    LinkSubject& subject, const std::vector<LinkSubject*>& older) {
  std::vector<Candidate> candidates;
  for (LinkSubject* other : older) {
    ROLLCALL_ASSIGN_OR_RETURN(MatchDecision decision,
                              view_.Compare(*other, subject));
    if (decision.verdict == MatchVerdict::kNone) continue;
    if (decision.verdict == MatchVerdict::kMatch &&
        LivedAtOnce(other->life, subject.life)) {
      decision.verdict = MatchVerdict::kPossible;
      decision.reason = "both spoke at the same time";
    }
    candidates.push_back({other, std::move(decision)});
  }
  return candidates;
}

absl::StatusOr<bool> LinkPass::Unmatch(LinkSubject& subject) {
  ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* returned,
                            view_.FindReturned(subject));
  if (returned == nullptr) return false;
  if (changed_.contains(subject.device)) return true;
  ROLLCALL_ASSIGN_OR_RETURN(const Parting parting, Part(subject, *returned));
  if (parting.leaving.empty()) return false;
  MoveEvent event = {v1::IdentityEvent::KIND_UNMATCH,
                     std::string(kMatchingActor),
                     parting.reasons,
                     {}};
  changed_.insert(subject.device);
  for (LinkSubject* one : parting.leaving) {
    const DeviceId home = *HomeOfMatched(*one);
    event.moves.push_back({one->id, one->device, home});
    changed_.insert(home);
    one->device = home;
    one->link.Clear();
    PutLink(*one);
    kLinkDueTable.Put(batch_, {one->id}, stored::v1::LinkDue());
  }
  PutMoves(event, context_.stamp, events_++, batch_);
  ReplaceHeirs(parting.staying);
  ++counts_.unmatches;
  return true;
}

absl::StatusOr<LinkPass::Parting> LinkPass::Part(const LinkSubject& subject,
                                                 const LinkSubject& returned) {
  ROLLCALL_ASSIGN_OR_RETURN(auto members, SubjectsOf(subject.device));
  std::stable_partition(
      members.begin(), members.end(),
      [](const LinkSubject* one) { return !HomeOfMatched(*one).has_value(); });
  Parting parting;
  for (LinkSubject* one : members) {
    const LinkSubject* other =
        one == &subject ? &returned : FindAtOnce(parting.staying, *one);
    if (other == nullptr || !HomeOfMatched(*one).has_value()) {
      parting.staying.push_back(one);
      continue;
    }
    parting.leaving.push_back(one);
    parting.reasons.push_back(absl::StrCat(
        "subject ", other->id.ToHex(), " spoke again after subject ",
        one->id.ToHex(), " had taken its place: they are two machines"));
  }
  return parting;
}

absl::StatusOr<std::vector<LinkSubject*>> LinkPass::SubjectsOf(
    DeviceId device) {
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto found,
      Subjects().FindDevice(context_.reader, device, KnownStamp::Max()));
  std::vector<LinkSubject*> subjects;
  if (!found.has_value()) return subjects;
  for (const LinkedSubject& one : found->subjects) {
    ROLLCALL_ASSIGN_OR_RETURN(LinkSubject * subject,
                              view_.Subject(one.subject));
    if (subject != nullptr) subjects.push_back(subject);
  }
  std::sort(subjects.begin(), subjects.end(),
            [](const LinkSubject* a, const LinkSubject* b) {
              return IsOlder(*a, *b);
            });
  return subjects;
}

void LinkPass::ReplaceHeirs(const std::vector<LinkSubject*>& staying) {
  for (LinkSubject* one : staying) {
    const auto heir = SubjectId::FromBytes(one->link.superseded_by());
    if (!heir.has_value()) continue;
    const bool stays = std::any_of(
        staying.begin(), staying.end(),
        [&](const LinkSubject* other) { return other->id == *heir; });
    if (stays) continue;
    one->link.clear_superseded_by();
    for (const LinkSubject* other : staying) {
      if (!TookPlaceOf(*other, one->id)) continue;
      one->link.set_superseded_by(other->id.ToBytes());
      break;
    }
    PutLink(*one);
  }
}

bool LinkPass::IsReady(const LinkSubject& subject) const {
  const LinkOptions& options = context_.options;
  return (subject.contacts >= options.contacts ||
          subject.held >= options.silence) &&
         context_.now - subject.life.first >= options.silence;
}

absl::StatusOr<bool> LinkPass::IsAlone(const LinkSubject& subject) {
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto device, Subjects().FindDevice(context_.reader, subject.device,
                                               KnownStamp::Max()));
  return device.has_value() && device->subjects.size() == 1;
}

absl::StatusOr<LinkPass::Waiting> LinkPass::Match(
    LinkSubject& subject, std::vector<Candidate>& candidates) {
  std::vector<Candidate> matched;
  bool person = subject.link.decided_by_person();
  for (const Candidate& candidate : candidates) {
    if (candidate.decision.verdict != MatchVerdict::kMatch) continue;
    person |= candidate.subject->link.decided_by_person();
    if (changed_.contains(candidate.subject->device)) {
      return Waiting::kNextPass;
    }
    matched.push_back(candidate);
  }
  if (matched.empty() || person) return Waiting::kNothing;
  if (changed_.contains(subject.device)) return Waiting::kNextPass;
  ROLLCALL_ASSIGN_OR_RETURN(const auto moves, PlanMoves(subject, matched));
  if (moves.empty()) return Waiting::kNothing;
  if (!IsReady(subject)) {
    const absl::Duration silent = context_.now - subject.life.last;
    return silent < context_.options.patience ? Waiting::kReadiness
                                              : Waiting::kContact;
  }
  ROLLCALL_RETURN_IF_ERROR(Take(subject, matched, moves));
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                  [&](const Candidate& candidate) {
                                    return candidate.subject->device ==
                                           subject.device;
                                  }),
                   candidates.end());
  return Waiting::kNothing;
}

absl::StatusOr<std::vector<SubjectMove>> LinkPass::PlanMoves(
    LinkSubject& subject, const std::vector<Candidate>& matched) {
  LinkSubject& anchor = *matched[0].subject;
  std::vector<LinkSubject*> moving = {&subject};
  for (size_t i = 1; i < matched.size(); ++i) {
    LinkSubject& other = *matched[i].subject;
    if (other.device == anchor.device) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const MatchDecision decision,
                              view_.Compare(anchor, other));
    if (decision.verdict != MatchVerdict::kMatch ||
        LivedAtOnce(anchor.life, other.life)) {
      return std::vector<SubjectMove>();
    }
    moving.push_back(&other);
  }
  std::vector<SubjectMove> moves;
  for (const LinkSubject* one : moving) {
    ROLLCALL_ASSIGN_OR_RETURN(const bool alone, IsAlone(*one));
    if (!alone) return std::vector<SubjectMove>();
    moves.push_back({one->id, one->device, anchor.device});
  }
  return moves;
}

absl::Status LinkPass::Take(LinkSubject& subject,
                            const std::vector<Candidate>& matched,
                            const std::vector<SubjectMove>& moves) {
  const DeviceId target = moves[0].to;
  std::vector<std::string> reasons = {
      absl::StrCat("took the place of subject ", matched[0].subject->id.ToHex(),
                   ", which is silent: ", matched[0].decision.reason)};
  for (std::string& text : Findings(matched[0].decision)) {
    reasons.push_back(std::move(text));
  }
  PutMoves({v1::IdentityEvent::KIND_MATCH, std::string(kMatchingActor),
            std::move(reasons), moves},
           context_.stamp, events_++, batch_);
  std::string took_over;
  for (const Candidate& candidate : matched) {
    LinkSubject& other = *candidate.subject;
    changed_.insert(other.device);
    if (other.device != target) {
      other.device = target;
      other.link.set_device_id(target.ToBytes());
    }
    ROLLCALL_ASSIGN_OR_RETURN(const bool has_heir, HasHeir(other));
    if (!has_heir) other.link.set_superseded_by(subject.id.ToBytes());
    PutLink(other);
    took_over += other.id.ToBytes();
  }
  changed_.insert({subject.device, target});
  subject.device = target;
  subject.link.set_device_id(target.ToBytes());
  subject.link.set_took_over(took_over);
  PutLink(subject);
  ++counts_.matches;
  return absl::OkStatus();
}

absl::StatusOr<bool> LinkPass::HasHeir(const LinkSubject& subject) {
  const auto id = SubjectId::FromBytes(subject.link.superseded_by());
  if (!id.has_value()) return false;
  ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* heir, view_.Subject(*id));
  return heir != nullptr && heir->device == subject.device;
}

absl::Status LinkPass::WritePossible(const LinkSubject& subject,
                                     const std::vector<Candidate>& candidates,
                                     bool waiting) {
  KeyWriter prefix;
  prefix.U16(ShardOf(subject.id)).AddId(subject.id);
  auto scan =
      kPossibleDuplicateTable.ScanPrefix(context_.reader, std::move(prefix));
  absl::flat_hash_map<SubjectId, google::protobuf::Timestamp> known;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
    if (!entry.has_value()) break;
    known[entry->key.older] = entry->value.since();
    kPossibleDuplicateTable.Delete(batch_, entry->key);
  }
  for (const Candidate& candidate : candidates) {
    const SubjectId older = candidate.subject->id;
    const bool waits =
        waiting && candidate.decision.verdict == MatchVerdict::kMatch;
    stored::v1::PossibleDuplicateRecord record;
    *record.mutable_since() =
        known.contains(older) ? known[older] : ToProto(context_.now);
    record.set_reason(candidate.decision.reason);
    const auto findings = Findings(candidate.decision);
    record.mutable_findings()->Assign(findings.begin(), findings.end());
    record.set_waiting(waits);
    kPossibleDuplicateTable.Put(batch_, {subject.id, older}, record);
    if (!known.contains(older)) ++counts_.possible;
  }
  return absl::OkStatus();
}

void LinkPass::PutLink(const LinkSubject& subject) {
  kSubjectLinkTable.Put(batch_, {subject.id}, subject.link);
}

}  // namespace rollcall::collector
