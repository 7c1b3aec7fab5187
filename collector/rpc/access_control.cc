#include "collector/rpc/access_control.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "collector/rpc/caller.h"
#include "common/log.h"
#include "common/status.h"
#include "google/protobuf/descriptor.h"

namespace rollcall::collector {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;

absl::string_view ShortName(const AccessRule& rule) {
  return absl::StripPrefix(rule.method, "rollcall.v1.");
}

absl::Status WantOfRole(const Caller& caller, const AccessRule& rule) {
  if (rule.audience == Audience::kAgents) {
    return absl::PermissionDeniedError(
        absl::StrCat(caller.principal, " may not call ", ShortName(rule),
                     ", which is for agents"));
  }
  const char* const roles = caller.roles.List().size() == 1 ? "role" : "roles";
  return absl::PermissionDeniedError(absl::StrCat(
      caller.principal, " may not call ", ShortName(rule), ": ",
      caller.principal, " has ",
      caller.roles.empty()
          ? "no role"
          : absl::StrCat("the ", roles, " ", RolesText(caller.roles)),
      ", and this is for ", RolesText(rule.roles),
      "; somebody with the role admin can grant one: rollcall principal grant ",
      caller.principal, " ROLE --reason=WHY"));
}

}  // namespace

AccessControl::AccessControl(const PrincipalRoles& roles,
                             const RevokedCertificates& revoked,
                             const Clock& clock,
                             absl::Span<const AccessRule> rules)
    : roles_(roles), revoked_(revoked), clock_(clock) {
  for (const AccessRule& rule : rules) {
    const MethodDescriptor* const method =
        DescriptorPool::generated_pool()->FindMethodByName(
            std::string(rule.method));
    // One that this program does not serve.
    if (method == nullptr) continue;
    const auto [place, is_new] = rules_.emplace(method->input_type(), &rule);
    if (!is_new) place->second = nullptr;
  }
}

absl::StatusOr<const AccessRule*> AccessControl::RuleOf(
    const Descriptor* request) const {
  const auto found = rules_.find(request);
  if (found != rules_.end() && found->second != nullptr) return found->second;
  ++refused_;
  Log(LogLevel::kError, "call refused: no rule says who may make it",
      {{"request", request->full_name()}});
  return absl::InternalError(absl::StrCat("no rule says who may send a ",
                                          request->full_name(),
                                          "; this collector is broken"));
}

absl::Status AccessControl::Refuse(const Caller& caller, const AccessRule& rule,
                                   absl::Status why) const {
  ++refused_;
  Log(LogLevel::kWarning, "call refused",
      {{"principal", caller.principal},
       {"method", rule.method},
       {"roles", RolesText(caller.roles, "none")}});
  return why;
}

absl::StatusOr<Caller> AccessControl::Admit(
    const grpc::ServerContextBase& context,
    const google::protobuf::Message& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(Caller caller,
                            AdminCaller(context, revoked_, clock_.Now()));
  ROLLCALL_ASSIGN_OR_RETURN(const AccessRule* const rule,
                            RuleOf(request.GetDescriptor()));
  const auto roles = roles_.RolesOf(caller.principal);
  caller.roles = roles.value_or(RoleSet());
  if (rule->audience == Audience::kPrincipals) return caller;
  if (!roles.ok()) return Refuse(caller, *rule, roles.status());
  if (rule->audience == Audience::kRoles && rule->roles.Meets(*roles)) {
    return caller;
  }
  return Refuse(caller, *rule, WantOfRole(caller, *rule));
}

}  // namespace rollcall::collector
