#include "collector/changes/change_policy.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rollcall::collector {
namespace {

constexpr RoleSet kProcurement = {v1::ROLE_PROCUREMENT};
constexpr RoleSet kItam = {v1::ROLE_ITAM};
// An admin can make another admin and log in as that one, so a second admin is
// no second person; who has a role that two granted is one.
constexpr RoleSet kGrantors = kGuardedRoles;

// Whether `principal` gave an approval that counts.
bool HasApproved(const v1::ChangeSet& change_set, absl::string_view principal) {
  return std::any_of(change_set.approvals().begin(),
                     change_set.approvals().end(),
                     [&](const v1::Approval& approval) {
                       return approval.lapse_reason().empty() &&
                              approval.principal() == principal;
                     });
}

}  // namespace

absl::Span<const ChangePolicy> ChangePolicies() {
  static const auto* const policies = new std::vector<ChangePolicy>{
      // Neither those who buy nor those who manage change what is owned alone.
      {v1::ChangeSet::KIND_CONTRACTS,
       "contracts",
       {kProcurement, kItam},
       /*proposer_may_approve=*/true},
      {v1::ChangeSet::KIND_REGISTER_IMPORT, "register", {}, false},
      // Proposed by an admin; a second principal agrees.
      {v1::ChangeSet::KIND_ROLE_GRANT,
       "role grant",
       {kGrantors},
       /*proposer_may_approve=*/false},
      {v1::ChangeSet::KIND_RECORDS, "records", {}, false},
  };
  return *policies;
}

const ChangePolicy& PolicyOf(v1::ChangeSet::Kind kind) {
  const auto policies = ChangePolicies();
  const auto it = std::find_if(
      policies.begin(), policies.end(),
      [&](const ChangePolicy& policy) { return policy.kind == kind; });
  // A kind of a newer version is treated as the strictest.
  return it == policies.end() ? policies.front() : *it;
}

std::vector<const v1::Approval*> SeatsTaken(const ChangePolicy& policy,
                                            const v1::ChangeSet& change_set) {
  std::vector<const v1::Approval*> taken(policy.seats.size(), nullptr);
  for (const v1::Approval& approval : change_set.approvals()) {
    const auto is_his = [&approval](const v1::Approval* seat) {
      return seat != nullptr && seat->principal() == approval.principal();
    };
    if (!approval.lapse_reason().empty() ||
        std::any_of(taken.begin(), taken.end(), is_his)) {
      continue;
    }
    for (size_t i = 0; i < taken.size(); ++i) {
      if (taken[i] == nullptr && policy.seats[i].Contains(approval.role())) {
        taken[i] = &approval;
        break;
      }
    }
  }
  return taken;
}

absl::StatusOr<v1::Role> RoleToApproveIn(const ChangePolicy& policy,
                                         const v1::ChangeSet& change_set,
                                         absl::string_view principal,
                                         RoleSet roles, v1::Role wanted) {
  if (HasApproved(change_set, principal)) {
    return absl::PermissionDeniedError(absl::StrCat(
        principal, " has approved it already; somebody else must, too"));
  }
  if (!policy.proposer_may_approve && change_set.proposed_by() == principal) {
    return absl::PermissionDeniedError(
        absl::StrCat(principal, " proposed it; somebody else must approve it"));
  }
  if (wanted != v1::ROLE_UNSPECIFIED && !roles.Contains(wanted)) {
    return absl::PermissionDeniedError(
        absl::StrCat(principal, " has not the role ", RoleWord(wanted)));
  }
  const auto taken = SeatsTaken(policy, change_set);
  RoleSet awaited;
  for (size_t i = 0; i < taken.size(); ++i) {
    if (taken[i] == nullptr) awaited = awaited | policy.seats[i];
  }
  for (const v1::Role role : awaited.List()) {
    if (roles.Contains(role) &&
        (wanted == v1::ROLE_UNSPECIFIED || wanted == role)) {
      return role;
    }
  }
  return absl::PermissionDeniedError(
      absl::StrCat("it awaits an approval by ", RolesText(awaited), "; ",
                   principal, " has ", RolesText(roles, "no role")));
}

absl::Status MayReject(const ChangePolicy& policy, RoleSet roles) {
  RoleSet all;
  for (const RoleSet seat : policy.seats) {
    for (const v1::Role role : seat.List()) {
      if (roles.Contains(role)) return absl::OkStatus();
    }
    all = all | seat;
  }
  return absl::PermissionDeniedError(absl::StrCat(
      "those may reject it who could approve it: ", RolesText(all)));
}

std::vector<v1::AwaitedApproval> AwaitedBy(const ChangePolicy& policy,
                                           const v1::ChangeSet& change_set) {
  const auto taken = SeatsTaken(policy, change_set);
  std::vector<v1::AwaitedApproval> awaited;
  for (size_t i = 0; i < taken.size(); ++i) {
    v1::AwaitedApproval& seat = awaited.emplace_back();
    for (const v1::Role role : policy.seats[i].List()) seat.add_roles(role);
    if (taken[i] != nullptr) seat.set_approved_by(taken[i]->principal());
  }
  return awaited;
}

}  // namespace rollcall::collector
