#include "collector/cli/views/identity_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "collector/cli/views/device_view.h"

namespace rollcall::cli {
namespace {

using v1::IdentityEvent;
using v1::IdentitySubject;
using v1::PossibleDuplicate;

// A piece of evidence with whose it is.
struct OwnedValue {
  const IdentitySubject* subject;
  const v1::EvidenceValue* value;
};

std::string LastAgent(const IdentitySubject& subject) {
  return subject.agent_ids().empty() ? "" : *subject.agent_ids().rbegin();
}

std::string Contacts(const IdentitySubject& subject) {
  if (!subject.has_contacts()) return "";
  const v1::ContactHistory& contacts = subject.contacts();
  std::string text = absl::StrCat(contacts.contact_count(), ", ",
                                  EnumWord(contacts.verdict()));
  if (contacts.split_count() > 0 || contacts.skip_count() > 0) {
    absl::StrAppend(&text, " (",
                    CountText(contacts.split_count(), "split", "splits"), ", ",
                    CountText(contacts.skip_count(), "skip", "skips"), ")");
  }
  return text;
}

std::string Why(const IdentitySubject& subject) {
  return absl::StrCat(
      subject.decided_by_person() ? "decided by a person: " : "",
      absl::StrJoin(subject.reasons(), "; "));
}

std::string Holders(const OwnedValue& v) {
  return v.value->has_holder_count() ? absl::StrCat(v.value->holder_count())
                                     : "";
}

std::string Moves(const IdentityEvent& event) {
  std::vector<std::string> moves;
  for (const v1::SubjectMove& move : event.moves()) {
    moves.push_back(absl::StrCat("subject ", move.subject_id(), " from ",
                                 ShortId(move.from_device_id()), " to ",
                                 ShortId(move.to_device_id())));
  }
  return absl::StrJoin(moves, "; ");
}

std::string What(const IdentityEvent& event) {
  std::string text = Moves(event);
  for (const std::string& reason : event.reasons()) {
    absl::StrAppend(&text, "; ", reason);
  }
  if (event.has_undo_of()) {
    absl::StrAppend(&text, "; undoes ", event.undo_of());
  }
  if (event.has_undone_by()) {
    absl::StrAppend(&text, "; undone by ", event.undone_by());
  }
  return text;
}

constexpr Column<IdentitySubject> kSubjectColumns[] = {
    {"SUBJECT", "subject_id", Align::kKey,
     [](const IdentitySubject& s) { return s.subject_id(); }},
    {"AGENT", "agent_id", Align::kKey,
     [](const IdentitySubject& s) { return ShortId(LastAgent(s)); }},
    {"SINCE", "first_seen", Align::kKey,
     [](const IdentitySubject& s) { return TimeText(s.first_seen()); }},
    {"LAST SEEN", "last_seen", Align::kKey,
     [](const IdentitySubject& s) { return TimeText(s.last_seen()); }},
    {"CONTACTS", "contacts", Align::kLeft, Contacts},
    {"WHY IT BELONGS", "reasons", Align::kWrap, Why},
};

constexpr Column<OwnedValue> kEvidenceColumns[] = {
    {"SUBJECT", "subject_id", Align::kKey,
     [](const OwnedValue& v) { return v.subject->subject_id(); }},
    {nullptr, "agent_id", Align::kLeft,
     [](const OwnedValue& v) { return LastAgent(*v.subject); }},
    {"EVIDENCE", "kind", Align::kKey,
     [](const OwnedValue& v) { return v.value->kind(); }},
    {"WEIGHT", "weight", Align::kRight,
     [](const OwnedValue& v) { return absl::StrCat(v.value->weight()); }},
    {nullptr, "full_weight", Align::kRight,
     [](const OwnedValue& v) { return absl::StrCat(v.value->full_weight()); }},
    {"GIVEN BY", "holder_count", Align::kRight, Holders},
    {"VALUE", "value", Align::kKey,
     [](const OwnedValue& v) { return v.value->value(); }},
    {"WORTH NOTHING SINCE", "reason", Align::kWrap,
     [](const OwnedValue& v) { return v.value->reason(); }},
};

constexpr Column<IdentityEvent> kEventColumns[] = {
    {"EVENT", "event_id", Align::kKey,
     [](const IdentityEvent& e) { return e.event_id(); }},
    {"KNOWN", nullptr, Align::kKey,
     [](const IdentityEvent& e) { return TimeText(e.known_time()); }},
    {nullptr, "known_time", Align::kLeft,
     [](const IdentityEvent& e) { return ExactTimeText(e.known_time()); }},
    {"KIND", "kind", Align::kKey,
     [](const IdentityEvent& e) { return EnumWord(e.kind()); }},
    {"WHO", "actor", Align::kLeft,
     [](const IdentityEvent& e) { return e.actor(); }},
    {"WHAT, AND WHY", "what", Align::kWrap, What},
};

constexpr Column<PossibleDuplicate> kPairColumns[] = {
    {"DEVICE", nullptr, Align::kKey,
     [](const PossibleDuplicate& d) { return ShortId(d.older_device_id()); }},
    {nullptr, "older_device_id", Align::kLeft,
     [](const PossibleDuplicate& d) { return d.older_device_id(); }},
    {"HOST", "older_hostname", Align::kLeft,
     [](const PossibleDuplicate& d) { return d.older_hostname(); }},
    {"MAY BE", nullptr, Align::kKey,
     [](const PossibleDuplicate& d) { return ShortId(d.newer_device_id()); }},
    {nullptr, "newer_device_id", Align::kLeft,
     [](const PossibleDuplicate& d) { return d.newer_device_id(); }},
    {"HOST", "newer_hostname", Align::kLeft,
     [](const PossibleDuplicate& d) { return d.newer_hostname(); }},
    {"SINCE", nullptr, Align::kKey,
     [](const PossibleDuplicate& d) { return TimeText(d.since()); }},
    {nullptr, "since", Align::kLeft,
     [](const PossibleDuplicate& d) { return ExactTimeText(d.since()); }},
    {"DECIDES", "decides", Align::kLeft,
     [](const PossibleDuplicate& d) -> std::string {
       return d.waiting() ? "more contacts" : "a person";
     }},
    {"WHY", "reason", Align::kWrap,
     [](const PossibleDuplicate& d) {
       return absl::StrCat(d.reason(), ": ", absl::StrJoin(d.findings(), "; "));
     }},
};

std::vector<OwnedValue> AllValues(
    const v1::GetDeviceIdentityResponse& response) {
  std::vector<OwnedValue> values;
  for (const IdentitySubject& subject : response.subjects()) {
    for (const v1::EvidenceValue& value : subject.evidence()) {
      values.push_back({&subject, &value});
    }
  }
  return values;
}

}  // namespace

std::string IdentityTable(const v1::GetDeviceIdentityResponse& response,
                          int width) {
  std::string out = absl::StrCat("Device ", response.device_id(), "\n\n");
  absl::StrAppend(
      &out, RenderTable(ToTable(kSubjectColumns, response.subjects()), width));
  const auto values = AllValues(response);
  if (!values.empty()) {
    absl::StrAppend(
        &out, "\n",
        RenderTable(WithoutEmptyColumns(ToTable(kEvidenceColumns, values)),
                    width));
  }
  if (!response.events().empty()) {
    absl::StrAppend(
        &out, "\n",
        RenderTable(ToTable(kEventColumns, response.events()), width));
  }
  if (!response.possible_duplicates().empty()) {
    absl::StrAppend(
        &out, "\n",
        RenderTable(ToTable(kPairColumns, response.possible_duplicates()),
                    width));
  }
  return out;
}

std::string IdentityCsv(const v1::GetDeviceIdentityResponse& response) {
  return ToCsv(kEvidenceColumns, AllValues(response));
}

std::string DuplicatesTable(const v1::ListPossibleDuplicatesResponse& response,
                            int width) {
  if (response.possible_duplicates().empty()) return "";
  return RenderTable(ToTable(kPairColumns, response.possible_duplicates()),
                     width);
}

std::string DuplicatesCsv(const v1::ListPossibleDuplicatesResponse& response) {
  return ToCsv(kPairColumns, response.possible_duplicates());
}

std::string EventTable(const v1::IdentityEvent& event, int width) {
  return RenderTable(ToTable(kEventColumns, std::vector<IdentityEvent>{event}),
                     width);
}

std::string EventCsv(const v1::IdentityEvent& event) {
  return ToCsv(kEventColumns, std::vector<IdentityEvent>{event});
}

}  // namespace rollcall::cli
