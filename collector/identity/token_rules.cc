#include "collector/identity/token_rules.h"

#include "absl/strings/str_cat.h"
#include "common/proto_time.h"

namespace rollcall::collector {
namespace {

// Those who let agents in.
constexpr RoleSet kEnrolling = {v1::ROLE_ITAM, v1::ROLE_ADMIN};
// Those who see all tokens.
constexpr RoleSet kSeeing = {v1::ROLE_AUDITOR, v1::ROLE_ADMIN};

bool IsLogin(const v1::Token& token) {
  return token.kind() == v1::Token::KIND_LOGIN;
}

absl::Status NotEnrolling(const Caller& caller) {
  return absl::PermissionDeniedError(
      absl::StrCat("tokens to enrol with are for ", RolesText(kEnrolling), "; ",
                   caller.principal, " has the roles ",
                   RolesText(caller.roles, "of nobody")));
}

}  // namespace

bool HasEnded(const v1::Token& token, absl::Time now) {
  return token.has_revoke_time() || token.use_count() >= token.max_uses() ||
         FromProto(token.expire_time()) <= now;
}

absl::Status CheckMayMake(const v1::Token& token, const Caller& caller,
                          std::optional<RoleSet> owner) {
  if (!IsLogin(token)) {
    return caller.roles.Meets(kEnrolling) ? absl::OkStatus()
                                          : NotEnrolling(caller);
  }
  if (token.principal() == caller.principal) return absl::OkStatus();
  if (!caller.roles.Contains(v1::ROLE_ADMIN)) {
    return absl::PermissionDeniedError(
        absl::StrCat(caller.principal,
                     " may make tokens to log in with for itself alone; the "
                     "role admin makes those of others"));
  }
  if (!owner.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("there is no principal ", token.principal(),
                     "; its first role makes it: rollcall principal grant ",
                     token.principal(), " viewer --reason=WHY"));
  }
  if (owner->Meets(kGuardedRoles)) {
    return absl::PermissionDeniedError(absl::StrCat(
        token.principal(), " has the roles ", RolesText(*owner),
        ": nobody else may make a token to log in as ", token.principal(),
        ", who makes it itself: rollcall token create --principal=",
        token.principal()));
  }
  return absl::OkStatus();
}

absl::Status CheckMayEnd(const v1::Token& token, const Caller& caller) {
  if (caller.roles.Contains(v1::ROLE_ADMIN)) return absl::OkStatus();
  if (!IsLogin(token)) {
    return caller.roles.Meets(kEnrolling) ? absl::OkStatus()
                                          : NotEnrolling(caller);
  }
  if (token.principal() == caller.principal) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("the token is ",
                                                  token.principal(),
                                                  "'s; that one and the "
                                                  "role admin may end it"));
}

bool MaySee(const v1::Token& token, const Caller& caller) {
  if (caller.roles.Meets(kSeeing)) return true;
  if (IsLogin(token)) return token.principal() == caller.principal;
  return caller.roles.Meets(kEnrolling);
}

absl::Status CheckLogin(const v1::Token& token, std::optional<RoleSet> owner) {
  if (!owner.has_value()) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the collector knows no principal ", token.principal(),
        "; somebody with the role admin makes it: rollcall principal grant ",
        token.principal(), " ROLE --reason=WHY"));
  }
  if (owner->Meets(kGuardedRoles) && token.created_by() != token.principal()) {
    return absl::PermissionDeniedError(
        absl::StrCat("the token was made by ", token.created_by(), ", and ",
                     token.principal(), " has the roles ", RolesText(*owner),
                     ": only tokens that it made itself count"));
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
