#include "collector/ingest/hello_contact.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<Contact> ReadContact(const v1::Hello& hello, AgentId agent,
                                    int64_t store_incarnation, absl::Time now) {
  Contact contact;
  contact.agent = agent;
  contact.agent_incarnation = hello.store_incarnation();
  contact.store_incarnation = store_incarnation;
  contact.time = now;
  if (hello.nonce().empty()) return contact;
  contact.nonce = Nonce::FromBytes(hello.nonce());
  if (contact.nonce.has_value()) return contact;
  return absl::InvalidArgumentError(
      absl::StrCat("hello.nonce has ", hello.nonce().size(),
                   " bytes; it must have 16 or none"));
}

absl::Status RecordContact(
    const Contact& contact, std::optional<SubjectId> subject,
    Committer& committer, Random& random,
    std::function<void(absl::StatusOr<ContactOutcome>)> done) {
  const auto outcome = std::make_shared<ContactOutcome>();
  Change change;
  change.names = ContactLog::NamesOf(contact.agent);
  change.build = [contact, subject, outcome, next = Nonce::Generate(random)](
                     KnownStamp, const Reader& reader,
                     Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(
        *outcome, ContactLog().Build(contact, subject, next, reader, writes));
    return absl::OkStatus();
  };
  change.done = [outcome, done = std::move(done)](
                    const absl::StatusOr<KnownStamp>& stamp) {
    if (stamp.ok()) {
      done(*outcome);
    } else {
      done(stamp.status());
    }
  };
  return committer.Submit(std::move(change));
}

void EndClone(const TwinVerdict& verdict, Committer& committer) {
  Log(LogLevel::kWarning, "two machines that use one agent's key are connected",
      {{"agent", verdict.agent.ToHex()}});
  Change change;
  change.names = ContactLog::NamesOf(verdict.agent);
  change.build = [verdict](KnownStamp, const Reader& reader, Writes& writes) {
    return ContactLog().BuildBothAnswered(verdict.agent, verdict.older,
                                          verdict.newer, reader, writes);
  };
  change.done =
      [stream = verdict.newer_stream](const absl::StatusOr<KnownStamp>& stamp) {
        stream->End(stamp.ok() ? CopiedKeyRefusal() : stamp.status());
      };
  const absl::Status submitted = committer.Submit(std::move(change));
  // It comes again, and so does this.
  if (!submitted.ok()) verdict.newer_stream->End(submitted);
}

absl::Status CopiedKeyRefusal() {
  return absl::PermissionDeniedError(
      "several machines use the key of this agent, and another had it first; "
      "give this one a key and a certificate of its own");
}

}  // namespace rollcall::collector
