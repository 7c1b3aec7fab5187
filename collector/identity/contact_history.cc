#include "collector/identity/contact_history.h"

#include <algorithm>
#include <utility>

#include "common/proto_time.h"

namespace rollcall::collector {
namespace {

using stored::v1::AgentContacts;
using stored::v1::ContactBranch;

// The record of one agent while a contact is taken into it. Its branches are in
// the order of their last contacts.
class History {
 public:
  explicit History(AgentContacts& record)
      : record_(record), branches_(*record.mutable_branches()) {}

  // The branch whose last contact was given this nonce; -1 for none.
  int FindLeaf(const std::string& nonce) const {
    for (int i = branches_.size() - 1; i >= 0; --i) {
      if (branches_[i].nonce() == nonce) return i;
    }
    return -1;
  }

  // The branch of a machine that was sent away and comes with the old key all
  // the same; -1 for none. It may hold the nonce that it presented then.
  int FindSentAway(const std::string& nonce) const {
    for (int i = branches_.size() - 1; i >= 0; --i) {
      const ContactBranch& b = branches_[i];
      const bool holds = b.nonce() == nonce || b.previous_nonce() == nonce;
      if (b.sent_away() && holds) return i;
    }
    return -1;
  }

  // Whether some that had the key were sent away, and one is left.
  bool OnlyOneIsLeft() const {
    int sent_away = 0;
    int left = 0;
    for (const ContactBranch& branch : branches_) {
      if (branch.current()) ++(branch.sent_away() ? sent_away : left);
    }
    return sent_away > 0 && left == 1;
  }
  // All but the newest are history, unless they return.
  void ForgetOthers() {
    for (int i = 0; i + 1 < branches_.size(); ++i) {
      branches_[i].set_current(false);
    }
  }

  bool IsNewest(int index) const { return index == branches_.size() - 1; }

  // Whether the newest contact presented this nonce too: what it was given may
  // have been lost on its way.
  bool WasJustPresented(const std::string& nonce) const {
    return !branches_.empty() && newest().previous_nonce() == nonce;
  }

  void GoOn(int index, Nonce next) {
    record_.set_run(IsNewest(index) ? record_.run() + 1 : 1);
    ContactBranch branch = branches_[index];
    branches_.erase(branches_.begin() + index);
    branch.set_previous_nonce(branch.nonce());
    branch.set_nonce(next.ToBytes());
    branch.set_contacts(branch.contacts() + 1);
    branch.set_current(true);
    *branches_.Add() = std::move(branch);
  }

  void Begin(const std::string& presented, Nonce next) {
    const bool after_loss = WasJustPresented(presented);
    if (branches_.size() >= kMaxBranches) ForgetOne();
    for (ContactBranch& other : branches_) other.set_contacts(0);
    ContactBranch& branch = *branches_.Add();
    branch.set_number(record_.next_branch());
    branch.set_nonce(next.ToBytes());
    branch.set_previous_nonce(presented);
    branch.set_contacts(1);
    branch.set_after_loss(after_loss);
    branch.set_current(true);
    record_.set_next_branch(record_.next_branch() + 1);
    record_.set_run(1);
  }

  // Makes the one that goes on from `older` the first of both, also where the
  // other took its place.
  void PutBefore(const std::string& older, const std::string& newer) {
    const int later = FindLeaf(newer);
    if (later < 0) return;
    const int first = FindLeaf(older);
    if (first >= 0) {
      branches_[first].set_current(true);
      if (branches_[first].number() < branches_[later].number()) return;
      const int32_t number = branches_[first].number();
      branches_[first].set_number(branches_[later].number());
      branches_[later].set_number(number);
      return;
    }
    ContactBranch branch;
    branch.set_number(branches_[later].number());
    branch.set_nonce(older);
    branch.set_contacts(1);
    branch.set_current(true);
    branches_[later].set_number(record_.next_branch());
    record_.set_next_branch(record_.next_branch() + 1);
    if (branches_.size() >= kMaxBranches) ForgetOne();
    *branches_.Add() = std::move(branch);
    // The newest stays the last.
    branches_.SwapElements(branches_.size() - 2, branches_.size() - 1);
  }

  // Starts the count again once one has spoken alone for long enough: a clone
  // got a key of its own, or a restored backup is history. Where others would
  // go on stays known, so that they are seen if they return.
  void Settle() {
    if (record_.run() < kContactsToForget) return;
    StartAgain();
    ForgetOthers();
  }
  // The same where the clones are history, and what comes is another case.
  void LeaveClonesBehind() {
    StartAgain();
    for (ContactBranch& branch : branches_) {
      if (branch.sent_away()) branch.set_current(false);
    }
  }

 private:
  void StartAgain() {
    record_.set_splits(0);
    record_.set_skips(0);
    record_.set_both_answered(false);
  }

  // Of all but the first and the newest the one that was silent longest: copies
  // that try again and again must not push out the one that they are of.
  void ForgetOne() {
    const auto first =
        std::min_element(branches_.begin(), branches_.end(),
                         [](const ContactBranch& a, const ContactBranch& b) {
                           return a.number() < b.number();
                         });
    branches_.erase(first == branches_.begin() ? branches_.begin() + 1
                                               : branches_.begin());
  }

  const ContactBranch& newest() const {
    return branches_[branches_.size() - 1];
  }

  AgentContacts& record_;
  google::protobuf::RepeatedPtrField<ContactBranch>& branches_;
};

// Whether the store may have forgotten what it gave this agent, which has not
// heard of that. One that has heard before and now has not is a copy from
// before.
bool IsPaused(const Contact& contact, const AgentContacts& record) {
  return record.contacts() > 0 && contact.agent_incarnation != 0 &&
         contact.agent_incarnation != contact.store_incarnation &&
         record.known_incarnation() != contact.store_incarnation;
}

// The store forgot what it gave, so that nothing counts.
void TakeAfterRestoredStore(const std::string& presented, Nonce next,
                            History& history) {
  const int leaf = history.FindLeaf(presented);
  leaf >= 0 ? history.GoOn(leaf, next) : history.Begin(presented, next);
}

// One that was sent away stays a clone, however often it comes, and never
// counts as the one that is left.
void TakeSentAway(int index, const std::string& presented, Nonce next,
                  AgentContacts& record, History& history) {
  record.set_skips(std::max(record.skips(), record.splits() + 2));
  history.GoOn(index, next);
  record.set_run(0);
  record.mutable_branches(record.branches_size() - 1)
      ->set_previous_nonce(presented);
}

// Whether the contact went on from a place of its own.
bool Take(const std::string& presented, Nonce next, AgentContacts& record,
          History& history) {
  const int sent_away = history.FindSentAway(presented);
  if (sent_away >= 0) {
    TakeSentAway(sent_away, presented, next, record, history);
    return true;
  }
  const int leaf = history.FindLeaf(presented);
  if (leaf >= 0) {
    if (!history.IsNewest(leaf)) record.set_skips(record.skips() + 1);
    history.GoOn(leaf, next);
    return true;
  }
  if (history.OnlyOneIsLeft()) history.LeaveClonesBehind();
  record.set_skips(record.skips() + 1);
  record.set_splits(record.splits() + 1);
  history.Begin(presented, next);
  return false;
}

bool BothSidesAreKnown(const AgentContacts& record) {
  const int last = record.branches_size() - 1;
  if (record.branches(last).contacts() < kContactsToTell) return false;
  return std::any_of(record.branches().begin(),
                     record.branches().begin() + last,
                     [](const ContactBranch& other) {
                       return other.contacts() >= kContactsToTell;
                     });
}

// Of those that have the key and speak. One that was sent away is none of them.
bool NewestWasFirst(const AgentContacts& record) {
  const ContactBranch& newest = record.branches(record.branches_size() - 1);
  return !newest.sent_away() &&
         std::none_of(record.branches().begin(), record.branches().end(),
                      [&](const ContactBranch& other) {
                        return other.current() && !other.sent_away() &&
                               other.number() < newest.number();
                      });
}

// Whether the newest has spoken alone for long enough to have taken the place
// of those before it.
bool HasReplacedOthers(const AgentContacts& record, ContactVerdict verdict) {
  return (verdict == ContactVerdict::kNormal ||
          verdict == ContactVerdict::kRestored) &&
         record.run() >= kContactsToTell;
}

}  // namespace

ContactVerdict StandingVerdict(const AgentContacts& record) {
  if (record.branches_size() == 0) return ContactVerdict::kFirst;
  if (record.both_answered()) return ContactVerdict::kClone;
  const int64_t returns = record.skips() - record.splits();
  if (returns >= 2) return ContactVerdict::kClone;
  if (returns == 1) {
    return BothSidesAreKnown(record) ? ContactVerdict::kClone
                                     : ContactVerdict::kAmbiguous;
  }
  if (record.splits() == 0) return ContactVerdict::kNormal;
  const ContactBranch& newest = record.branches(record.branches_size() - 1);
  if (newest.contacts() < kContactsToTell) return ContactVerdict::kAmbiguous;
  return newest.after_loss() ? ContactVerdict::kNormal
                             : ContactVerdict::kRestored;
}

ContactOutcome ApplyContact(const Contact& contact, Nonce next_nonce,
                            AgentContacts& record) {
  const std::string presented =
      contact.nonce.has_value() ? contact.nonce->ToBytes() : "";
  const bool first = record.contacts() == 0;
  const bool paused = IsPaused(contact, record);
  History history(record);
  bool went_on = false;
  if (first) {
    history.Begin(presented, next_nonce);
  } else if (paused) {
    TakeAfterRestoredStore(presented, next_nonce, history);
  } else {
    went_on = Take(presented, next_nonce, record, history);
  }
  history.Settle();
  record.set_contacts(record.contacts() + 1);
  if (contact.agent_incarnation == contact.store_incarnation) {
    record.set_known_incarnation(contact.store_incarnation);
  }
  *record.mutable_last_time() = ToProto(contact.time);

  ContactOutcome outcome;
  outcome.next_nonce = next_nonce;
  outcome.contacts = record.contacts();
  outcome.verdict = first    ? ContactVerdict::kFirst
                    : paused ? ContactVerdict::kPaused
                             : StandingVerdict(record);
  if (outcome.verdict == ContactVerdict::kClone) record.set_cloned(true);
  if (HasReplacedOthers(record, outcome.verdict)) history.ForgetOthers();
  outcome.must_rekey =
      outcome.verdict == ContactVerdict::kClone && !NewestWasFirst(record);
  // A nonce that began a branch may be another machine's too.
  if (outcome.must_rekey && went_on) {
    record.mutable_branches(record.branches_size() - 1)->set_sent_away(true);
  }
  return outcome;
}

void ApplyBothAnswered(Nonce older, Nonce newer, AgentContacts& record) {
  record.set_both_answered(true);
  record.set_cloned(true);
  History(record).PutBefore(older.ToBytes(), newer.ToBytes());
}

}  // namespace rollcall::collector
