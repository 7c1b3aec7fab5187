// What may happen to a principal's roles. Functions of values.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/rpc/role_set.h"
#include "rollcall/stored/v1/principals.pb.h"

namespace rollcall::collector {

// Who granted what --first-principal says. No principal has this name.
inline constexpr absl::string_view kByInstallation = "installation";

// Roles that come or go, all together.
struct RoleChange {
  v1::RoleEvent::Kind kind = v1::RoleEvent::KIND_GRANT;
  // Whose.
  std::string principal;
  RoleSet roles;
  // The principal that does it, or kByInstallation.
  std::string by;
  // The second person where a role of kGuardedRoles is granted, else empty.
  std::string approved_by;
  // Why, 1 to 1,024 bytes.
  std::string reason;
  // The change-set that it is part of, 32 hex digits; empty: none.
  std::string change_set_id;
};

// The roles that a record holds.
RoleSet RolesIn(const stored::v1::PrincipalRecord& record);

// OK if `change` could be granted once a second person agrees, to a principal
// that is `now` as said (nothing: not there). INVALID_ARGUMENT for a malformed
// name, reason or no role; PERMISSION_DENIED if anybody grants himself a role;
// FAILED_PRECONDITION if the principal has one of the roles already.
absl::Status CheckGrant(const std::optional<stored::v1::PrincipalRecord>& now,
                        const RoleChange& change);

// The principal after the change at `time`. `other_admin`: another principal
// has ROLE_ADMIN. Errors of a grant are those of CheckGrant, and
// FAILED_PRECONDITION if it needs a second person and has none,
// PERMISSION_DENIED if that is the first or the principal itself. Of a
// revocation INVALID_ARGUMENT as there, NOT_FOUND if there is no such
// principal, and FAILED_PRECONDITION if it has not all of the roles, or is the
// last to have ROLE_ADMIN.
absl::StatusOr<stored::v1::PrincipalRecord> ApplyRoleChange(
    const std::optional<stored::v1::PrincipalRecord>& now,
    const RoleChange& change, absl::Time time, bool other_admin);

}  // namespace rollcall::collector
