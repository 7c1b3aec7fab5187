// Who must agree to which kind of change-set, in one table. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/rpc/role_set.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

struct ChangePolicy {
  v1::ChangeSet::Kind kind;
  // For people, for example "contracts".
  absl::string_view word;
  // One approval for each: of a principal with one of these roles. No principal
  // gives two. None: what is proposed takes effect.
  std::vector<RoleSet> seats;
  // Whether whoever proposed it may give one of them.
  bool proposer_may_approve;
};

// One for each kind.
absl::Span<const ChangePolicy> ChangePolicies();
const ChangePolicy& PolicyOf(v1::ChangeSet::Kind kind);

// Who approved as what, in the order of the policy's seats; nullptr: nobody
// yet. Approvals with a lapse reason do not count.
std::vector<const v1::Approval*> SeatsTaken(const ChangePolicy& policy,
                                            const v1::ChangeSet& change_set);

// The role that `principal` approves in: the one he asks for, else the first
// awaited one that he has. PERMISSION_DENIED, with the reason, if there is
// none.
absl::StatusOr<v1::Role> RoleToApproveIn(const ChangePolicy& policy,
                                         const v1::ChangeSet& change_set,
                                         absl::string_view principal,
                                         RoleSet roles, v1::Role wanted);

// PERMISSION_DENIED unless a principal with these roles could approve such a
// change-set, and so reject it.
absl::Status MayReject(const ChangePolicy& policy, RoleSet roles);

// Whom the change-set awaits, for answers.
std::vector<v1::AwaitedApproval> AwaitedBy(const ChangePolicy& policy,
                                           const v1::ChangeSet& change_set);

}  // namespace rollcall::collector
