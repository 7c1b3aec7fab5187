#include "collector/identity/role_edits.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/identity/principal_view.h"
#include "collector/storage/apply_once.h"
#include "common/log.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

template <typename Request>
RoleChange ChangeOf(const Request& request, v1::RoleEvent::Kind kind,
                    const Caller& caller) {
  RoleChange change;
  change.kind = kind;
  change.principal = request.principal();
  change.roles.Insert(request.role());
  change.by = caller.principal;
  change.reason = request.reason();
  return change;
}

void NoteIfMade(const StoredPrincipal& then, v1::GrantRoleResponse& response) {
  response.set_created_principal(FromProto(then.record.create_time()) ==
                                 then.since.time());
}
void NoteIfMade(const StoredPrincipal&, v1::RevokeRoleResponse&) {}

// Does the change once, and says what the principal is then; what was done
// before is not told again.
template <typename Response>
absl::StatusOr<Response> Apply(Committer& committer, const LedgerWriter& ledger,
                               PrincipalStore& principals,
                               const RepeatableRequest& repeatable,
                               const RoleChange& change) {
  std::optional<StoredPrincipal> then;
  ROLLCALL_ASSIGN_OR_RETURN(
      Response response,
      ApplyOnce<Response>(
          committer, {kPrincipalsName, LedgerWriter::kName}, repeatable,
          [&](KnownStamp stamp, const Reader& reader, Writes& writes,
              Response& answer) -> absl::Status {
            ROLLCALL_ASSIGN_OR_RETURN(then, PutRoleChange(change, ledger, stamp,
                                                          reader, writes.head));
            *answer.mutable_principal() = PrincipalOf(*then);
            NoteIfMade(*then, answer);
            return absl::OkStatus();
          }));
  if (!then.has_value()) return response;
  principals.Learn(*then);
  Log(LogLevel::kInfo,
      change.kind == v1::RoleEvent::KIND_GRANT ? "role granted"
                                               : "role revoked",
      {{"principal", change.principal},
       {"role", RolesText(change.roles)},
       {"by", change.by},
       {"reason", change.reason}});
  return response;
}

}  // namespace

absl::StatusOr<v1::GrantRoleResponse> RoleEdits::Propose(
    const v1::GrantRoleRequest& request, const RoleChange& change) {
  ROLLCALL_ASSIGN_OR_RETURN(auto now, ReadPrincipal(engine_, change.principal));
  std::optional<stored::v1::PrincipalRecord> record;
  if (now.has_value()) record = std::move(now->record);
  ROLLCALL_RETURN_IF_ERROR(CheckGrant(record, change));
  if (guarded_ == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the role ", RolesText(change.roles),
        " is granted by two people, and this collector has no way to ask a "
        "second one; --first-principal grants it when a store is new"));
  }
  v1::GrantRoleResponse response;
  ROLLCALL_ASSIGN_OR_RETURN(
      *response.mutable_change_set_id(),
      guarded_->Propose({change.principal, request.role(), change.by,
                         change.reason, request.request_id()}));
  return response;
}

absl::StatusOr<v1::GrantRoleResponse> RoleEdits::Grant(
    const v1::GrantRoleRequest& request, const Caller& caller) {
  const RoleChange change =
      ChangeOf(request, v1::RoleEvent::KIND_GRANT, caller);
  if (change.roles.Meets(kGuardedRoles)) return Propose(request, change);
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.PrincipalService.GrantRole",
                                caller.principal, request.request_id(),
                                request));
  return Apply<v1::GrantRoleResponse>(committer_, ledger_, principals_,
                                      repeatable, change);
}

absl::StatusOr<v1::RevokeRoleResponse> RoleEdits::Revoke(
    const v1::RevokeRoleRequest& request, const Caller& caller) {
  if (request.principal() != caller.principal &&
      !caller.roles.Contains(v1::ROLE_ADMIN)) {
    return absl::PermissionDeniedError(
        absl::StrCat(caller.principal,
                     " may give up roles of its own; those of others are "
                     "revoked by the role admin"));
  }
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.PrincipalService.RevokeRole",
                                caller.principal, request.request_id(),
                                request));
  return Apply<v1::RevokeRoleResponse>(
      committer_, ledger_, principals_, repeatable,
      ChangeOf(request, v1::RoleEvent::KIND_REVOKE, caller));
}

}  // namespace rollcall::collector
