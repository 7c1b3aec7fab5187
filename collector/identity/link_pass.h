// One pass of matching over subjects that are due, within one change of the
// store.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "collector/identity/device_moves.h"
#include "collector/identity/link_view.h"

namespace rollcall::collector {

struct LinkOptions {
  // Contacts of the newer of two before it takes the place of the older, and
  // how long it must have been there: the older would have spoken meanwhile. On
  // a stream that it holds a machine makes one contact only; to check in there
  // for as long counts as enough of them.
  int64_t contacts = 3;
  absl::Duration silence = absl::Hours(1);
  // A subject that has been silent for this long is not waited for: a person is
  // asked meanwhile.
  absl::Duration patience = absl::Hours(24 * 30);
  // One that has not made enough contacts is looked at again after this, or
  // once it makes one.
  absl::Duration look_again = absl::Minutes(10);
  // The same for one that is not waited for.
  absl::Duration look_again_at_silent = absl::Hours(24);
  // Subjects that one is compared with at most.
  size_t max_candidates = 32;
};

// How long an agent must be silent before its machine counts as silent, where
// it is told to check in or to call back after so long, before jitter: one that
// waits as it was told is not.
inline absl::Duration SilenceOf(absl::Duration check_in_interval,
                                absl::Duration call_back_after) {
  return std::max({absl::Hours(1), 3 * check_in_interval + absl::Minutes(1),
                   call_back_after * 3 / 2});
}

// What passes did.
struct LinkCounts {
  int64_t subjects = 0;
  int64_t matches = 0;
  int64_t unmatches = 0;
  int64_t possible = 0;
};

// A subject takes the place of an older one, on the older's device, if both
// match, the older has been silent ever since the newer began, and the newer
// has made enough contacts. If the older speaks again after all, it was another
// machine, and the match is taken back, with those that followed from it. Not
// thread-safe.
class LinkPass {
 public:
  struct Context {
    const LinkOptions& options;
    const ContactTimes& times;
    absl::Time now;
    KnownStamp stamp;
    const Reader& reader;
  };
  // What `context` refers to and `batch` outlive it.
  LinkPass(const Context& context, Batch& batch)
      : context_(context),
        batch_(batch),
        view_(context.reader, context.times) {}

  // Compares subjects that are due with all others. Call once.
  absl::Status Run(absl::Span<const SubjectId> due);

  const LinkCounts& counts() const { return counts_; }

 private:
  // An older subject that is not clearly another machine.
  struct Candidate {
    LinkSubject* subject;
    MatchDecision decision;
  };

  // Makes it found by its values.
  absl::Status Index(SubjectId due);
  absl::Status Link(SubjectId due);
  absl::StatusOr<std::vector<LinkSubject*>> FindOlder(LinkSubject& subject);
  absl::StatusOr<std::vector<Candidate>> CompareAll(
      LinkSubject& subject, const std::vector<LinkSubject*>& older);
  // The subjects of a device that turned out to be several machines, and why.
  struct Parting {
    std::vector<LinkSubject*> staying;
    std::vector<LinkSubject*> leaving;
    std::vector<std::string> reasons;
  };
  // Takes back its match if one whose place it took has spoken since, and with
  // it the matches of all that lived while another of the device did: whoever
  // leaves is compared again.
  absl::StatusOr<bool> Unmatch(LinkSubject& subject);
  // Who leaves the subject's device, now that `returned` spoke: whom matching
  // moved there, and who does not fit those that stay.
  absl::StatusOr<Parting> Part(const LinkSubject& subject,
                               const LinkSubject& returned);
  // Those of a device, oldest first.
  absl::StatusOr<std::vector<LinkSubject*>> SubjectsOf(DeviceId device);
  // Of those that stay, whose heir has left are given the next, which their
  // contacts make due.
  void ReplaceHeirs(const std::vector<LinkSubject*>& staying);
  // Whether the one that took its place is still on its device.
  absl::StatusOr<bool> HasHeir(const LinkSubject& subject);
  // What a subject waits for before it is moved.
  enum class Waiting {
    kNothing,
    kNextPass,  // this one moved another of the devices
    kReadiness,
    kContact,  // it has been silent for so long that it may never come
  };
  // Moves it, if it is time.
  absl::StatusOr<Waiting> Match(LinkSubject& subject,
                                std::vector<Candidate>& candidates);
  // Whether, and when, it is compared again.
  absl::Status PutDue(const LinkSubject& subject, Waiting waiting);
  // The moves that bring all of `matched` and the subject to the oldest's
  // device; nothing if they do not all match, or a device has more subjects.
  absl::StatusOr<std::vector<SubjectMove>> PlanMoves(
      LinkSubject& subject, const std::vector<Candidate>& matched);
  absl::Status Take(LinkSubject& subject, const std::vector<Candidate>& matched,
                    const std::vector<SubjectMove>& moves);
  absl::Status WritePossible(const LinkSubject& subject,
                             const std::vector<Candidate>& candidates,
                             bool waiting);
  absl::StatusOr<bool> IsAlone(const LinkSubject& subject);
  bool IsReady(const LinkSubject& subject) const;
  void PutLink(const LinkSubject& subject);

  const Context context_;
  Batch& batch_;
  LinkView view_;
  LinkCounts counts_;
  uint64_t events_ = 0;
  // Devices that this pass changed: what is stored of them is out of date.
  std::set<DeviceId> changed_;
};

}  // namespace rollcall::collector
