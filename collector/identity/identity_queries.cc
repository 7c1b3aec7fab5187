#include "collector/identity/identity_queries.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/identity/contact_history.h"
#include "collector/identity/device_lookup.h"
#include "collector/identity/device_moves.h"
#include "collector/identity/link_view.h"
#include "collector/rpc/paging.h"
#include "collector/storage/as_of.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxEvents = 100;
constexpr int kMaxPossible = 100;

v1::ContactHistory::Verdict VerdictOf(ContactVerdict verdict) {
  switch (verdict) {
    case ContactVerdict::kAmbiguous:
      return v1::ContactHistory::VERDICT_AMBIGUOUS;
    case ContactVerdict::kRestored:
      return v1::ContactHistory::VERDICT_RESTORED;
    case ContactVerdict::kClone:
      return v1::ContactHistory::VERDICT_CLONE;
    case ContactVerdict::kFirst:
    case ContactVerdict::kNormal:
    case ContactVerdict::kPaused:
      break;
  }
  return v1::ContactHistory::VERDICT_NORMAL;
}

// One pair, with what is to be known of both; nothing if they are one device by
// now, or one of them is gone.
absl::StatusOr<std::optional<v1::PossibleDuplicate>> Describe(
    const PossibleDuplicateKey& key,
    const stored::v1::PossibleDuplicateRecord& record, LinkView& view) {
  ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* older, view.Subject(key.older));
  ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* newer, view.Subject(key.newer));
  if (older == nullptr || newer == nullptr || older->device == newer->device) {
    return std::optional<v1::PossibleDuplicate>();
  }
  v1::PossibleDuplicate pair;
  pair.set_older_subject_id(key.older.ToHex());
  pair.set_older_device_id(older->device.ToHex());
  pair.set_newer_subject_id(key.newer.ToHex());
  pair.set_newer_device_id(newer->device.ToHex());
  pair.set_reason(record.reason());
  *pair.mutable_findings() = record.findings();
  pair.set_waiting(record.waiting());
  *pair.mutable_since() = record.since();
  if (older->record.evidence().has_hostname()) {
    pair.set_older_hostname(older->record.evidence().hostname());
  }
  if (newer->record.evidence().has_hostname()) {
    pair.set_newer_hostname(newer->record.evidence().hostname());
  }
  return std::optional<v1::PossibleDuplicate>(std::move(pair));
}

// Answers one question about one device.
class DeviceIdentity {
 public:
  DeviceIdentity(const Reader& reader, const ContactTimes& times,
                 KnownStamp as_of)
      : reader_(reader), times_(times), as_of_(as_of), view_(reader, times) {}

  absl::StatusOr<v1::GetDeviceIdentityResponse> Answer(LinkedDevice device) {
    v1::GetDeviceIdentityResponse response;
    response.set_device_id(device.device.ToHex());
    std::sort(device.subjects.begin(), device.subjects.end(),
              [](const LinkedSubject& a, const LinkedSubject& b) {
                return std::pair(a.first_seen, a.subject) <
                       std::pair(b.first_seen, b.subject);
              });
    for (const LinkedSubject& subject : device.subjects) {
      ROLLCALL_RETURN_IF_ERROR(
          AddSubject(device.device, subject, *response.add_subjects()));
    }
    ROLLCALL_ASSIGN_OR_RETURN(
        auto events, EventsOf(reader_, device.device, as_of_, kMaxEvents));
    for (v1::IdentityEvent& event : events) {
      *response.add_events() = std::move(event);
    }
    ROLLCALL_RETURN_IF_ERROR(AddPossible(device, response));
    return response;
  }

 private:
  absl::Status AddSubject(DeviceId device, const LinkedSubject& linked,
                          v1::IdentitySubject& result) {
    result.set_subject_id(linked.subject.ToHex());
    for (const AgentId& agent : linked.agents) {
      result.add_agent_ids(agent.ToHex());
    }
    *result.mutable_first_seen() = ToProto(linked.first_seen);
    if (const auto last = times_.LastContact(linked.subject)) {
      *result.mutable_last_seen() = ToProto(*last);
    }
    ROLLCALL_RETURN_IF_ERROR(AddEdge(device, linked.subject, result));
    ROLLCALL_ASSIGN_OR_RETURN(const LinkSubject* subject,
                              view_.Subject(linked.subject));
    if (subject == nullptr) return absl::OkStatus();
    result.set_decided_by_person(subject->link.decided_by_person());
    for (const EvidencePiece& piece : subject->pieces) {
      ROLLCALL_RETURN_IF_ERROR(AddEvidence(piece, *result.add_evidence()));
    }
    return AddContacts(linked, result);
  }

  // The newest edge that was known.
  absl::Status AddEdge(DeviceId device, SubjectId subject,
                       v1::IdentitySubject& result) {
    KeyWriter prefix;
    prefix.U16(ShardOf(device)).AddId(device).AddId(subject);
    auto scan = kDeviceEdgeTable.ScanPrefix(reader_, std::move(prefix));
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto edge, scan.Next());
      if (!edge.has_value()) return absl::OkStatus();
      if (edge->key.stamp > as_of_) continue;
      *result.mutable_linked_time() = ToProto(edge->key.stamp.time());
      *result.mutable_reasons() = edge->value.reasons();
      return absl::OkStatus();
    }
  }

  absl::Status AddEvidence(const EvidencePiece& piece,
                           v1::EvidenceValue& result) {
    const EvidenceKindInfo& info = InfoOf(piece.kind);
    result.set_kind(std::string(info.name));
    result.set_value(piece.Text());
    result.set_full_weight(info.weight);
    result.set_weight(info.weight);
    if (!IsIndexed(piece)) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(const ValueHolders* holders,
                              view_.Holders(piece));
    ROLLCALL_ASSIGN_OR_RETURN(const bool worthless, view_.IsWorthless(piece));
    if (!holders->crowded) {
      result.set_holder_count(static_cast<int32_t>(holders->subjects.size()));
    }
    if (!worthless) return absl::OkStatus();
    result.set_weight(0);
    result.set_reason(holders->crowded ? "many have it"
                                       : "machines that were live at once "
                                         "have it");
    return absl::OkStatus();
  }

  absl::Status AddContacts(const LinkedSubject& linked,
                           v1::IdentitySubject& result) {
    if (linked.agents.empty()) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto stored,
        kAgentContactsTable.Get(reader_, {linked.agents.back()}));
    if (!stored.has_value()) return absl::OkStatus();
    v1::ContactHistory& contacts = *result.mutable_contacts();
    contacts.set_verdict(VerdictOf(StandingVerdict(*stored)));
    contacts.set_contact_count(stored->contacts());
    contacts.set_split_count(stored->splits());
    contacts.set_skip_count(stored->skips());
    *contacts.mutable_last_time() = stored->last_time();
    return absl::OkStatus();
  }

  absl::Status AddPossible(const LinkedDevice& device,
                           v1::GetDeviceIdentityResponse& response) {
    std::set<SubjectId> own;
    for (const LinkedSubject& subject : device.subjects) {
      own.insert(subject.subject);
    }
    auto scan = kPossibleDuplicateTable.ScanPrefix(reader_, KeyWriter());
    while (response.possible_duplicates_size() < kMaxPossible) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
      if (!entry.has_value()) break;
      if (!own.contains(entry->key.newer) && !own.contains(entry->key.older)) {
        continue;
      }
      ROLLCALL_ASSIGN_OR_RETURN(auto pair,
                                Describe(entry->key, entry->value, view_));
      if (pair.has_value()) {
        *response.add_possible_duplicates() = *std::move(pair);
      }
    }
    return absl::OkStatus();
  }

  const Reader& reader_;
  const ContactTimes& times_;
  const KnownStamp as_of_;
  LinkView view_;
};

std::string CursorOf(const PossibleDuplicateKey& key) {
  KeyWriter writer;
  key.Encode(writer);
  return writer.Take();
}

}  // namespace

absl::StatusOr<v1::GetDeviceIdentityResponse>
IdentityQueries::GetDeviceIdentity(
    const v1::GetDeviceIdentityRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(
      LinkedDevice device,
      ResolveDevice(*snapshot, "device_id", request.device_id(), as_of));
  return DeviceIdentity(*snapshot, times_, as_of).Answer(std::move(device));
}

absl::StatusOr<v1::ListPossibleDuplicatesResponse>
IdentityQueries::ListPossibleDuplicates(
    const v1::ListPossibleDuplicatesRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  LinkView view(*snapshot, times_);
  v1::ListPossibleDuplicatesResponse response;
  auto scan = kPossibleDuplicateTable.ScanPrefix(*snapshot, KeyWriter());
  std::string last;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
    if (!entry.has_value()) break;
    const std::string cursor = CursorOf(entry->key);
    if (cursor <= page.after) continue;
    ROLLCALL_ASSIGN_OR_RETURN(auto pair,
                              Describe(entry->key, entry->value, view));
    if (!pair.has_value()) continue;
    if (response.possible_duplicates_size() == page.size) {
      response.set_next_page_token(page.TokenAfter(last));
      break;
    }
    *response.add_possible_duplicates() = *std::move(pair);
    last = cursor;
  }
  return response;
}

}  // namespace rollcall::collector
