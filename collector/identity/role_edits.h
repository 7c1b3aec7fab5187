// Roles granted and revoked by people.
#pragma once

#include "absl/status/statusor.h"
#include "collector/identity/guarded_grants.h"
#include "collector/identity/principal_store.h"
#include "collector/ledger/ledger_writer.h"
#include "collector/storage/committer.h"
#include "rollcall/v1/principal_service.pb.h"

namespace rollcall::collector {

// Each method does what PrincipalService says of it. Thread-safe. Blocking. All
// references outlive it.
class RoleEdits {
 public:
  // Without `guarded` no role of kGuardedRoles is granted.
  RoleEdits(const Engine& engine, Committer& committer,
            const LedgerWriter& ledger, PrincipalStore& principals,
            GuardedGrants* guarded = nullptr)
      : engine_(engine),
        committer_(committer),
        ledger_(ledger),
        principals_(principals),
        guarded_(guarded) {}

  absl::StatusOr<v1::GrantRoleResponse> Grant(
      const v1::GrantRoleRequest& request, const Caller& caller);
  absl::StatusOr<v1::RevokeRoleResponse> Revoke(
      const v1::RevokeRoleRequest& request, const Caller& caller);

 private:
  absl::StatusOr<v1::GrantRoleResponse> Propose(
      const v1::GrantRoleRequest& request, const RoleChange& change);

  const Engine& engine_;
  Committer& committer_;
  const LedgerWriter& ledger_;
  PrincipalStore& principals_;
  GuardedGrants* const guarded_;
};

}  // namespace rollcall::collector
