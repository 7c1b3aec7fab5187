#include "collector/identity/contact_log.h"

#include "absl/strings/str_cat.h"
#include "collector/identity/device_moves.h"
#include "collector/identity/link_tables.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// One that waits to have made enough contacts is looked at now.
absl::Status EndWaiting(SubjectId subject, const Reader& reader,
                        Writes& writes) {
  ROLLCALL_ASSIGN_OR_RETURN(auto due, kLinkDueTable.Get(reader, {subject}));
  if (!due.has_value() || !due->has_not_before()) return absl::OkStatus();
  due->clear_not_before();
  kLinkDueTable.Put(writes.head, {subject}, *due);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ContactOutcome> ContactLog::Build(
    const Contact& contact, std::optional<SubjectId> subject, Nonce next_nonce,
    const Reader& reader, Writes& writes) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            kAgentContactsTable.Get(reader, {contact.agent}));
  auto record = stored.value_or(stored::v1::AgentContacts());
  const ContactOutcome outcome = ApplyContact(contact, next_nonce, record);
  kAgentContactsTable.Put(writes.head, {contact.agent}, record);
  if (!subject.has_value()) return outcome;
  ROLLCALL_ASSIGN_OR_RETURN(const auto link, ReadLink(reader, *subject));
  if (const auto heir = SubjectId::FromBytes(link.superseded_by())) {
    // It speaks although another took its place: that is to be looked at again.
    stored::v1::LinkDue due;
    *due.mutable_since() = ToProto(contact.time);
    kLinkDueTable.Put(writes.head, {*heir}, due);
  }
  ROLLCALL_RETURN_IF_ERROR(EndWaiting(*subject, reader, writes));
  return outcome;
}

absl::Status ContactLog::BuildBothAnswered(AgentId agent, Nonce older,
                                           Nonce newer, const Reader& reader,
                                           Writes& writes) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            kAgentContactsTable.Get(reader, {agent}));
  auto record = stored.value_or(stored::v1::AgentContacts());
  ApplyBothAnswered(older, newer, record);
  kAgentContactsTable.Put(writes.head, {agent}, record);
  return absl::OkStatus();
}

std::vector<std::string> ContactLog::NamesOf(AgentId agent) {
  return {absl::StrCat("contacts/", agent.ToHex())};
}

absl::string_view VerdictName(ContactVerdict verdict) {
  switch (verdict) {
    case ContactVerdict::kFirst:
      return "first";
    case ContactVerdict::kNormal:
      return "normal";
    case ContactVerdict::kAmbiguous:
      return "ambiguous";
    case ContactVerdict::kRestored:
      return "restored";
    case ContactVerdict::kClone:
      return "clone";
    case ContactVerdict::kPaused:
      return "paused";
  }
  return "";
}

}  // namespace rollcall::collector
