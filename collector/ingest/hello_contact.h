// Takes an agent's Hello into the history of its contacts.
#pragma once

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/identity/contact_log.h"
#include "collector/ingest/twin_streams.h"
#include "collector/storage/committer.h"
#include "common/clock.h"
#include "common/random.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::collector {

// What a Hello says as a contact. INVALID_ARGUMENT if its nonce is malformed.
absl::StatusOr<Contact> ReadContact(const v1::Hello& hello, AgentId agent,
                                    int64_t store_incarnation, absl::Time now);

// Stores the contact and calls `done` on the committer's thread, once the nonce
// to give is durable; RESOURCE_EXHAUSTED or UNAVAILABLE, and no call, if it
// cannot be stored now. `subject` is what the agent reports for, if that is
// known.
absl::Status RecordContact(
    const Contact& contact, std::optional<SubjectId> subject,
    Committer& committer, Random& random,
    std::function<void(absl::StatusOr<ContactOutcome>)> done);

// Ends the newer of two streams that were both answered on, once that is
// stored: its machine uses another one's key.
void EndClone(const TwinVerdict& verdict, Committer& committer);

// What a machine is told that uses the key of another.
absl::Status CopiedKeyRefusal();

}  // namespace rollcall::collector
