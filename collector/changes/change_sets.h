// Proposes change-sets, takes approvals and objections, and puts into effect
// what everybody agreed to whom the policy names.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/changes/change_view.h"
#include "collector/changes/role_holders.h"
#include "collector/ledger/ledger_writer.h"
#include "collector/rpc/access.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "common/random.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// A change-set to be.
struct Proposal {
  // Its kind, reason and file.
  v1::ChangeSet change_set;
  // As its kind's ChangeContent takes them. None where the kind has none: then
  // `also` writes what takes effect.
  std::vector<std::string> items;
  // NewestEffect of the kind when the items were made.
  KnownStamp base;
  // Asked first within the change: true if the same request was answered
  // before, and nothing is to be written.
  std::function<absl::StatusOr<bool>(const Reader&)> answered;
  // What else is written with it.
  std::function<void(const v1::ChangeSet&, KnownStamp, Batch&)> also;
};

struct ChangeSetDeps {
  const Engine& engine;
  Committer& committer;
  const LedgerWriter& ledger;
  Random& random;
  const RoleHolders& roles;
};

// Thread-safe; all arguments outlive it. Blocking.
class ChangeSets {
 public:
  ChangeSets(const ChangeSetDeps& deps, ChangeContents contents)
      : deps_(deps), contents_(std::move(contents)) {}

  const ChangeContents& contents() const { return contents_; }

  // Stores it as proposed, or, where its policy asks for nobody or nothing is
  // in it, puts it into effect. ABORTED if another took effect since `base`, or
  // the same of the same file is proposed already: who tries again finds it;
  // errors of ChangeContent::Write. All of it is stored or nothing.
  absl::StatusOr<v1::ChangeSet> Propose(const Proposal& proposal,
                                        const Caller& caller);

  // As the methods of ChangeService say. ABORTED if others kept changing what
  // it is compared with.
  absl::StatusOr<v1::ApproveChangeSetResponse> Approve(
      const v1::ApproveChangeSetRequest& request, const Caller& caller);
  absl::StatusOr<v1::RejectChangeSetResponse> Reject(
      const v1::RejectChangeSetRequest& request, const Caller& caller);
  absl::StatusOr<v1::WithdrawChangeSetResponse> Withdraw(
      const v1::WithdrawChangeSetRequest& request, const Caller& caller);

 private:
  // One approval on its way.
  struct Approving;

  // Of a change that proposes or puts into effect.
  std::vector<std::string> NamesOf(v1::ChangeSet::Kind kind) const;
  absl::StatusOr<v1::ApproveChangeSetResponse> TryToApprove(
      const Approving& approving);
  // Within a change: puts what the items say into effect.
  absl::Status TakeEffect(KeptChangeSet& kept,
                          const std::vector<std::string>& items,
                          absl::string_view digest, absl::string_view principal,
                          KnownStamp stamp, const Reader& reader,
                          Writes& writes) const;
  // Ends a proposed change-set as `state`.
  absl::StatusOr<v1::ChangeSet> End(absl::string_view text,
                                    v1::ChangeSet::State state,
                                    const Caller& caller,
                                    absl::string_view reason);

  const ChangeSetDeps deps_;
  const ChangeContents contents_;
};

}  // namespace rollcall::collector
