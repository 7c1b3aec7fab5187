#include "collector/identity/role_change.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/rpc/reason.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/tls.h"

namespace rollcall::collector {
namespace {

using stored::v1::PrincipalRecord;

absl::Status CheckForm(const RoleChange& change) {
  if (!IsPrincipalName(change.principal)) {
    return absl::InvalidArgumentError(
        "principal must be 1 to 64 of a-z, 0-9, \".\", \"_\", \"-\"");
  }
  if (change.principal == kByInstallation) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", kByInstallation,
        "\" is who grants the first roles of a store, and no principal"));
  }
  if (change.roles.empty()) {
    return absl::InvalidArgumentError("role is none of those there are");
  }
  return CheckReason(change.reason);
}

bool IsInstallation(const RoleChange& change) {
  return change.by == kByInstallation;
}

// Where the roles need it, two people who are not the principal agree.
absl::Status CheckSecondPerson(const RoleChange& change) {
  if (IsInstallation(change) || !change.roles.Meets(kGuardedRoles)) {
    return absl::OkStatus();
  }
  if (change.approved_by.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the roles ", RolesText(kGuardedRoles), " are granted by two people"));
  }
  if (change.approved_by == change.by) {
    return absl::PermissionDeniedError(
        absl::StrCat(change.by, " cannot be both of the two people"));
  }
  if (change.approved_by == change.principal) {
    return absl::PermissionDeniedError(absl::StrCat(
        change.principal, " cannot be one of the two people who grant ",
        change.principal, " a role"));
  }
  return absl::OkStatus();
}

absl::Status CheckRevocation(const std::optional<PrincipalRecord>& now,
                             const RoleChange& change, bool other_admin) {
  ROLLCALL_RETURN_IF_ERROR(CheckForm(change));
  if (!now.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("there is no principal ", change.principal));
  }
  const RoleSet missing = change.roles - RolesIn(*now);
  if (!missing.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        change.principal, " does not have the role ", RolesText(missing)));
  }
  if (change.roles.Contains(v1::ROLE_ADMIN) && !other_admin) {
    return absl::FailedPreconditionError(
        absl::StrCat(change.principal,
                     " is the last one with the role admin: nobody could grant "
                     "it again; grant it to somebody else first"));
  }
  return absl::OkStatus();
}

v1::RoleEvent EventOf(const RoleChange& change, absl::Time time) {
  v1::RoleEvent event;
  event.set_kind(change.kind);
  for (const v1::Role role : change.roles.List()) event.add_roles(role);
  *event.mutable_time() = ToProto(time);
  event.set_by(change.by);
  event.set_approved_by(change.approved_by);
  event.set_reason(change.reason);
  event.set_change_set_id(change.change_set_id);
  return event;
}

void AddGrants(const v1::RoleEvent& event, PrincipalRecord& record) {
  for (const int role : event.roles()) {
    v1::RoleGrant& grant = *record.add_grants();
    grant.set_role(static_cast<v1::Role>(role));
    grant.set_granted_by(event.by());
    grant.set_approved_by(event.approved_by());
    *grant.mutable_grant_time() = event.time();
    grant.set_reason(event.reason());
    grant.set_change_set_id(event.change_set_id());
  }
  std::sort(record.mutable_grants()->begin(), record.mutable_grants()->end(),
            [](const v1::RoleGrant& a, const v1::RoleGrant& b) {
              return a.role() < b.role();
            });
}

void DropGrants(RoleSet roles, PrincipalRecord& record) {
  auto& grants = *record.mutable_grants();
  grants.erase(std::remove_if(grants.begin(), grants.end(),
                              [roles](const v1::RoleGrant& grant) {
                                return roles.Contains(grant.role());
                              }),
               grants.end());
}

}  // namespace

RoleSet RolesIn(const PrincipalRecord& record) {
  RoleSet roles;
  for (const v1::RoleGrant& grant : record.grants()) roles.Insert(grant.role());
  return roles;
}

absl::Status CheckGrant(const std::optional<PrincipalRecord>& now,
                        const RoleChange& change) {
  ROLLCALL_RETURN_IF_ERROR(CheckForm(change));
  if (change.by == change.principal) {
    return absl::PermissionDeniedError(absl::StrCat(
        "nobody grants a role to himself; ask another admin than ", change.by));
  }
  const RoleSet held = now.has_value() ? RolesIn(*now) : RoleSet();
  for (const v1::Role role : change.roles.List()) {
    if (!held.Contains(role)) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        change.principal, " has the role ", RoleWord(role), " already"));
  }
  return absl::OkStatus();
}

absl::StatusOr<PrincipalRecord> ApplyRoleChange(
    const std::optional<PrincipalRecord>& now, const RoleChange& change,
    absl::Time time, bool other_admin) {
  const bool is_grant = change.kind == v1::RoleEvent::KIND_GRANT;
  if (is_grant) {
    ROLLCALL_RETURN_IF_ERROR(CheckGrant(now, change));
    ROLLCALL_RETURN_IF_ERROR(CheckSecondPerson(change));
  } else {
    ROLLCALL_RETURN_IF_ERROR(CheckRevocation(now, change, other_admin));
  }
  PrincipalRecord record = now.value_or(PrincipalRecord());
  *record.mutable_event() = EventOf(change, time);
  if (!now.has_value()) {
    *record.mutable_create_time() = record.event().time();
    record.set_created_by(change.by);
  }
  if (is_grant) {
    AddGrants(record.event(), record);
  } else {
    DropGrants(change.roles, record);
  }
  return record;
}

}  // namespace rollcall::collector
