// The contacts of agents, as they are kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/identity/contact_history.h"
#include "collector/storage/committer.h"

namespace rollcall::collector {

// Thread-safe: it keeps nothing between calls.
//
//   change.names = ContactLog::NamesOf(agent);
//   change.build = [=](KnownStamp, const Reader& reader, Writes& writes) {
//     ASSIGN_OR_RETURN(*outcome, log.Build(contact, subject, nonce, reader,
//                                          writes));
//     return absl::OkStatus();
//   };
//
// The agent may be given outcome.next_nonce once that is durable, not before.
class ContactLog {
 public:
  // Adds the writes for one Hello. `subject` is what the agent reports for,
  // where that is known; `next_nonce` is random. The change carries NamesOf().
  absl::StatusOr<ContactOutcome> Build(const Contact& contact,
                                       std::optional<SubjectId> subject,
                                       Nonce next_nonce, const Reader& reader,
                                       Writes& writes) const;

  // Adds the writes for two of the agent's streams that were both answered on
  // at once; see ApplyBothAnswered. The change carries NamesOf().
  absl::Status BuildBothAnswered(AgentId agent, Nonce older, Nonce newer,
                                 const Reader& reader, Writes& writes) const;

  static std::vector<std::string> NamesOf(AgentId agent);
};

// The word for logs and messages, for example "clone".
absl::string_view VerdictName(ContactVerdict verdict);

}  // namespace rollcall::collector
