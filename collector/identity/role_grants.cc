#include "collector/identity/role_grants.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/changes/propose_once.h"
#include "collector/identity/principal_changes.h"
#include "collector/identity/principal_tables.h"
#include "collector/identity/role_change.h"
#include "collector/storage/request_table.h"
#include "common/log.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "rollcall/stored/v1/principals.pb.h"
#include "rollcall/v1/principal_service.pb.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kMethod = "rollcall.v1.PrincipalService.GrantRole";

absl::StatusOr<stored::v1::ProposedGrant> ParseGrant(absl::string_view item) {
  stored::v1::ProposedGrant grant;
  if (grant.ParseFromArray(item.data(), static_cast<int>(item.size()))) {
    return grant;
  }
  return absl::DataLossError("a proposed grant of a role does not parse");
}

}  // namespace

std::vector<std::string> RoleGrantContent::Names() const {
  return {kPrincipalsName};
}

absl::StatusOr<std::string> RoleGrantContent::ThingOf(
    absl::string_view item) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto grant, ParseGrant(item));
  return grant.principal();
}

absl::StatusOr<ComparedItem> RoleGrantContent::Compare(
    absl::string_view item, absl::string_view /*next*/, const Reader& reader,
    KnownStamp as_of) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto grant, ParseGrant(item));
  ROLLCALL_ASSIGN_OR_RETURN(const auto now,
                            ReadPrincipal(reader, grant.principal(), as_of));
  RoleSet roles;
  ComparedItem compared;
  if (now.has_value()) {
    roles = RolesIn(now->record);
    compared.base = now->since;
  }
  const RoleSet then = roles | RoleSet{grant.role()};
  v1::ObjectDifference& difference = compared.difference;
  difference.set_kind("principal");
  difference.set_name(grant.principal());
  difference.set_outcome(then == roles ? v1::ObjectDifference::OUTCOME_NONE
                         : now.has_value()
                             ? v1::ObjectDifference::OUTCOME_CHANGED
                             : v1::ObjectDifference::OUTCOME_ADDED);
  v1::FieldDifference& field = *difference.add_fields();
  field.set_field("roles");
  field.set_before(RolesText(roles, ""));
  field.set_after(RolesText(then));
  return compared;
}

absl::Status RoleGrantContent::Write(const std::vector<std::string>& items,
                                     const v1::ChangeSet& change_set,
                                     KnownStamp stamp, const Reader& reader,
                                     Batch& batch) const {
  // Who proposed it is the first of the two people.
  ROLLCALL_ASSIGN_OR_RETURN(
      const bool may_grant,
      principals_.Holds(reader, change_set.proposed_by(), v1::ROLE_ADMIN,
                        FromProto(change_set.proposed_time())));
  if (!may_grant) {
    return absl::FailedPreconditionError(absl::StrCat(
        change_set.proposed_by(),
        ", who proposed it, was not admin all the time since; somebody who is "
        "must propose it anew"));
  }
  for (const std::string& item : items) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto grant, ParseGrant(item));
    RoleChange change;
    change.principal = grant.principal();
    change.roles.Insert(grant.role());
    change.by = change_set.proposed_by();
    change.approved_by = change_set.applied_by();
    change.reason = change_set.reason();
    change.change_set_id = change_set.change_set_id();
    ROLLCALL_RETURN_IF_ERROR(
        PutRoleChange(change, ledger_, stamp, reader, batch).status());
  }
  return absl::OkStatus();
}

void RoleGrantContent::TookEffect(const std::vector<std::string>& items) const {
  for (const std::string& item : items) {
    const auto grant = ParseGrant(item);
    if (!grant.ok()) continue;
    certificates_.LearnStored(grant->principal());
    const auto then = ReadPrincipal(engine_, grant->principal());
    if (then.ok() && then->has_value()) {
      principals_.Learn(**then);
    } else {
      Log(LogLevel::kError, "a granted role counts after a restart only",
          {{"principal", grant->principal()}});
    }
  }
}

absl::StatusOr<std::string> RoleGrants::Propose(const GuardedGrant& grant) {
  v1::GrantRoleRequest request;
  request.set_principal(grant.principal);
  request.set_role(grant.role);
  request.set_reason(grant.reason);
  request.set_request_id(grant.request_id);
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create(kMethod, grant.by, grant.request_id, request));
  stored::v1::ProposedGrant item;
  item.set_principal(grant.principal);
  item.set_role(grant.role);
  Proposal proposal;
  proposal.change_set.set_kind(v1::ChangeSet::KIND_ROLE_GRANT);
  proposal.change_set.set_reason(grant.reason);
  proposal.items = {item.SerializeAsString()};
  ROLLCALL_ASSIGN_OR_RETURN(
      proposal.base, NewestEffect(engine_, v1::ChangeSet::KIND_ROLE_GRANT));
  ROLLCALL_ASSIGN_OR_RETURN(
      const v1::GrantRoleResponse response,
      ProposeOnce<v1::GrantRoleResponse>(
          change_sets_, std::move(proposal), repeatable,
          {grant.by, absl::InfiniteFuture(), {}}, {},
          [](const v1::ChangeSet& change_set, KnownStamp, Batch&,
             v1::GrantRoleResponse& answer) {
            answer.set_change_set_id(change_set.change_set_id());
          }));
  return response.change_set_id();
}

}  // namespace rollcall::collector
