// Roles that two people grant.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "rollcall/v1/role.pb.h"

namespace rollcall::collector {

// What one person wants to be granted.
struct GuardedGrant {
  std::string principal;
  // Of kGuardedRoles.
  v1::Role role = v1::ROLE_UNSPECIFIED;
  // Who wants it so, and why.
  std::string by;
  std::string reason;
  // As in GrantRoleRequest.
  std::string request_id;
};

// Asks a second person: one with a role of kGuardedRoles, since a mere admin
// can make other admins and log in as them. Thread-safe.
class GuardedGrants {
 public:
  virtual ~GuardedGrants() = default;

  // Makes a change-set of it and returns its id, 32 hex digits. Whoever applies
  // that puts a RoleChange with approved_by into its batch (PutRoleChange) and
  // lets PrincipalStore::Learn of it. The grant was possible a moment ago
  // (CheckGrant), and is checked again then. Blocking.
  virtual absl::StatusOr<std::string> Propose(const GuardedGrant& grant) = 0;
};

}  // namespace rollcall::collector
