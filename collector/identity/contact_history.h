// What an agent's contacts say: one agent, one restored from a backup, or
// several with one key. Pure; thread-safe.
//
// Every contact presents the nonce that the contact before was given and is
// given a new one, which the agent keeps before it uses it. Where a contact
// goes on from an older one instead, that is a skip; if another contact went on
// from there already, also a split. A restored backup makes one skip with one
// split, and so does a nonce that a crash lost on its way. Two agents with one
// key make one split and then skip each time the other one was there before:
// skips beyond splits prove a clone. One that is told to take a key of its own
// is known by its nonce from then on; once all others were told, the count
// starts again with the next contact that goes on from nowhere known. (The
// counters are those of Fleetspeak's contact history.)
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/id.h"
#include "rollcall/stored/v1/identity_link.pb.h"

namespace rollcall::collector {

// Chains of one agent that are told apart; of more the one that was silent
// longest is forgotten, but never the first.
inline constexpr int kMaxBranches = 16;
// Contacts that each side must have made for a verdict.
inline constexpr int kContactsToTell = 3;
// Contacts of one side alone after which the other counts as gone for now, and
// the counters start again.
inline constexpr int kContactsToForget = 8;

// One Hello of an agent.
struct Contact {
  AgentId agent;
  // Nothing where the agent has none: its first contact, or it lost its state.
  std::optional<Nonce> nonce;
  // The incarnation that the agent knows, and the store's.
  int64_t agent_incarnation = 0;
  int64_t store_incarnation = 0;
  absl::Time time;
};

enum class ContactVerdict {
  kFirst,   // nothing to compare with
  kNormal,  // went on from the contact before, or from where a nonce was lost
  kAmbiguous,  // a restored backup or a clone; more contacts will tell
  kRestored,   // one agent, restored from a backup
  kClone,      // several agents with one key
  // The store was restored from a backup and the agent has not heard of it, on
  // no contact so far: its nonce may be one that the store has forgotten.
  kPaused,
};

struct ContactOutcome {
  ContactVerdict verdict = ContactVerdict::kFirst;
  // The nonce to give it.
  Nonce next_nonce;
  // All its contacts, this one included.
  int64_t contacts = 0;
  // It is not the one that was there first: it needs a key of its own.
  bool must_rekey = false;
};

// Takes a contact into the agent's record. `next_nonce` is random.
ContactOutcome ApplyContact(const Contact& contact, Nonce next_nonce,
                            stored::v1::AgentContacts& record);

// Takes into the record that two streams of the agent were open at once and
// both were answered on: several machines, whatever the contacts say. The first
// of both is the one whose Hello was given `older`; the other, which was given
// `newer`, needs a key of its own.
void ApplyBothAnswered(Nonce older, Nonce newer,
                       stored::v1::AgentContacts& record);

// What the record says of the contact that came last.
ContactVerdict StandingVerdict(const stored::v1::AgentContacts& record);

}  // namespace rollcall::collector
